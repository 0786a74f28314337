// One listener for each signal, however many runs it ends: at the eleventh a host would warn of a leak.

interface Listener {
  readonly callbacks: Set<() => void>;
  readonly tell: () => void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/** Throws the reason of a signal that is aborted. Those of other libraries may have none, nor a method of this name. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/** Why a signal is aborted. */
export function reasonOf({ reason }: AbortSignal): unknown {
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
}

/**
 * Calls back when a signal is aborted.
 *
 * @param callback a function that is given to no other call
 * @returns a function after which it is not called any more; it never throws
 * @throws what a signal that is none throws: to be asked before anything is under way
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const { callbacks, tell } = listeners.get(signal) ?? listenerOf(signal);
  signal.addEventListener('abort', tell); // nothing new where it is there
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0) return;
    try {
      signal.removeEventListener('abort', tell);
    } catch {
      // Whoever waits for the end of a run has to hear of that, and not of this.
    }
  };
}

function listenerOf(signal: AbortSignal): Listener {
  const callbacks = new Set<() => void>();
  const tell = () => {
    for (const callback of callbacks) callback();
  };
  const listener = { callbacks, tell };
  listeners.set(signal, listener);
  return listener;
}
