// Ctrl-C ends the program with status 130, and what was half written is removed.

const stop = () => process.exit(130);

export function exitOnInterrupt(): void {
  process.on('SIGINT', stop);
}

/** Runs something that blocks the event loop, so that Ctrl-C ends the process by the signal itself. */
export function blocking<Result>(run: () => Result): Result {
  process.off('SIGINT', stop);
  try {
    return run();
  } finally {
    process.on('SIGINT', stop);
  }
}
