// One listener for each signal, however many runs it ends: at the eleventh a host would warn of a leak.

const callbacksOf = new WeakMap<EventTarget, Set<() => void>>();

/**
 * Calls back when a signal is aborted.
 *
 * @param callback a function that is given to no other call
 * @returns a function after which it is not called any more
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const callbacks = callbacksOf.get(signal) ?? new Set();
  callbacksOf.set(signal, callbacks.add(callback));
  signal.addEventListener('abort', tell); // nothing new where it is there
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) signal.removeEventListener('abort', tell);
  };
}

function tell({ target }: Event): void {
  for (const callback of callbacksOf.get(target as EventTarget) ?? []) callback();
}
