// Work in between: pieces that each wait for a turn of the event loop, so that timers, requests and clicks come first.
import { onAbort } from './aborts.js';

/** What waits for a turn; each turn takes one. */
const waiting: (() => void)[] = [];
let isAsked = false;

/** Calls back in a later turn. No timer waits for it: a chain of turns lets those pass that are due. */
const later: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? setImmediate
    : typeof MessageChannel === 'function'
      ? laterByMessage
      : (callback) => setTimeout(callback, 0);

/** Of these a timer belongs to the request that set it, and dies with it: nobody can count on another's. */
const isShared = globalThis.navigator?.userAgent !== 'Cloudflare-Workers';

/**
 * Waits for a turn of the event loop, at once where `signal` is aborted meanwhile. However many wait, one goes on in each
 * turn, in the order of their coming.
 */
export function nextTurn(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      stay();
      resolve();
    };
    const stay = onAbort(signal, () => {
      const index = waiting.indexOf(goOn);
      if (index >= 0) waiting.splice(index, 1);
      goOn();
    });
    if (!isShared) {
      setTimeout(goOn, 0);
      return;
    }
    waiting.push(goOn);
    askForTurn();
  });
}

function askForTurn(): void {
  if (isAsked || waiting.length === 0) return;
  isAsked = true;
  later(takeTurn);
}

function takeTurn(): void {
  isAsked = false;
  const goOn = waiting.shift();
  askForTurn();
  goOn?.();
}

/** A timer of 0 ms would wait for 4 of them on a page. */
function laterByMessage(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}
