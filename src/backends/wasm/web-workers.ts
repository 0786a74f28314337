// The workers of pages.
import { webWorker } from '../../../build/worker-texts.js';
import type { StartWorker } from './pool.js';

/** Throws the reason where there are none. */
export function webWorkers(): StartWorker {
  if (typeof Worker === 'undefined') throw new Error('this host has no worker threads');
  if (!globalThis.crossOriginIsolated) {
    throw new Error(
      'this page shares no memory: serve it with Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp',
    );
  }
  return (data, { onMessage, onEnd }) => {
    const url = URL.createObjectURL(new Blob([webWorker], { type: 'text/javascript' }));
    const worker = new Worker(url, { name: 'sepconv' });
    worker.onmessage = ({ data: message }) => {
      URL.revokeObjectURL(url);
      onMessage(message);
    };
    worker.onerror = (event) => onEnd(new Error(event.message || 'the worker could not be started'));
    worker.postMessage(data);
    return { ref() {}, unref() {}, terminate: () => worker.terminate() };
  };
}
