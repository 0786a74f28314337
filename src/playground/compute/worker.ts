// The worker: answers one question after another.
import { type Session, session } from './session.js';
import { start } from './start.js';

export interface Question {
  readonly id: number;
  readonly method: keyof Session;
  readonly args: readonly unknown[];
}

export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

addEventListener('message', async ({ data: { id, method, args } }: MessageEvent<Question>) => {
  try {
    const value = await (session[method] as (...given: readonly unknown[]) => unknown)(...args);
    const transfer = (value as { pixels?: Uint8ClampedArray } | undefined)?.pixels;
    postMessage({ id, value } satisfies Answer, { transfer: transfer ? [transfer.buffer] : [] });
  } catch (error) {
    postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
});

session.setReason(await start());
postMessage('ready');
