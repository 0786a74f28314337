// The page's side of the worker. Of questions of a kind that wait, only the newest is asked.

import type { Session } from './compute/session.js';
import type { Answer, Question } from './compute/worker.js';

type Result<Method extends keyof Session> = Awaited<ReturnType<Session[Method]>>;
type Args<Method extends keyof Session> = Parameters<Session[Method]>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Client {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready: Promise<void>;
  #next = 0;

  constructor() {
    this.#worker = new Worker(new URL('./compute/worker.ts', import.meta.url), { type: 'module' });
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.addEventListener('error', (event) => {
        const error = new Error(event.message || 'the worker could not be started');
        reject(error);
        for (const { reject: fail } of this.#waiting.values()) fail(error);
        this.#waiting.clear();
      });
      this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer | 'ready'>) => {
        if (data === 'ready') resolve();
        else this.#settle(data);
      });
    });
  }

  async ask<Method extends keyof Session>(method: Method, ...args: Args<Method>): Promise<Result<Method>> {
    await this.#ready;
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ id, method, args } satisfies Question);
    return answer as Promise<Result<Method>>;
  }

  stop(): void {
    this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }
}

/** Asks with the newest arguments only: while a question is under way, later ones replace each other. */
export function latest<Value, Result>(
  ask: (value: Value) => Promise<Result>,
  take: (result: Result) => void,
  fail: (error: Error) => void,
) {
  let isBusy = false;
  let next: { readonly value: Value } | undefined;
  const go = async (value: Value) => {
    isBusy = true;
    try {
      const result = await ask(value);
      if (next === undefined) take(result);
    } catch (error) {
      if (next === undefined) fail(error as Error);
    }
    isBusy = false;
    const waiting = next;
    next = undefined;
    if (waiting !== undefined) void go(waiting.value);
  };
  return (value: Value): void => {
    if (isBusy) next = { value };
    else void go(value);
  };
}
