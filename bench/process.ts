// A contender's process as the parent sees it: questions and answers, one line each.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The word and the rest of an answer; `gone` where the process ended. */
export interface Answer {
  readonly word: string;
  readonly rest: string;
}

export class Worker {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  #errors = '';

  constructor(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const [program, ...args] = command;
    this.#child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: 'pipe' });
    this.#child.stderr!.on('data', (text) => {
      this.#errors = `${this.#errors}${text}`.slice(-500);
    });
    // A process that ended shows in its answers, not here.
    this.#child.stdin!.on('error', () => {});
    this.#child.on('error', () => {});
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Of a process that has answered. */
  get pid(): number {
    return this.#child.pid!;
  }

  async ask(question: string): Promise<Answer> {
    this.#child.stdin!.write(`${question}\n`);
    return this.answer();
  }

  async answer(): Promise<Answer> {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) return { word: 'gone', rest: this.#errors.trim().split('\n').at(-1) ?? '' };
      const [bench, word, ...rest] = value.split(' ');
      if (bench === 'bench') return { word, rest: rest.join(' ') };
    }
  }

  end(): void {
    this.#child.stdin!.end();
    this.#child.kill();
  }
}
