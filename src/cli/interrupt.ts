// Ctrl-C ends the program with status 130, and what was half written is removed.

const stop = () => process.exit(130);

/** A command that was interrupted and came to an end of its own. */
export class Interrupted extends Error {}

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

/** Runs something that comes to an end by itself after the first Ctrl-C; the second ends the program at once. */
export async function interruptible<Result>(onInterrupt: () => void, run: () => Promise<Result>): Promise<Result> {
  const first = () => {
    process.on('SIGINT', stop);
    onInterrupt();
  };
  process.off('SIGINT', stop);
  process.once('SIGINT', first);
  try {
    return await run();
  } finally {
    process.off('SIGINT', first);
    process.off('SIGINT', stop);
    process.on('SIGINT', stop);
  }
}
