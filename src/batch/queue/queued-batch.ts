// The pictures of one batch on the queue: which are still to come, and what became of the others.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import { isAddress } from '../inputs.js';
import { type Journal, sha256 } from '../journal.js';
import type { Assignment } from '../outputs.js';
import { idOf, jobOptions, type PictureAnswer, type PictureJob } from './picture-job.js';

export type Submission = Assignment & { readonly job: PictureJob };

/** What became of a picture on some worker; one that is skipped had been done before. */
type Ending =
  | { readonly status: 'skipped' }
  | ({ readonly status: 'done' } & Partial<PictureAnswer>)
  | { readonly status: 'failed'; readonly reason: string };

export type QueueOutcome = Assignment & Ending;

/** Jobs that are put on the queue, or asked after, at once. */
const atOnce = 200;

export class QueuedBatch {
  readonly #queue: Queue<PictureJob, PictureAnswer>;
  readonly #root: string;
  readonly #journal: Journal | undefined;
  readonly #signal: AbortSignal;
  readonly #pending = new Map<string, Submission>();
  /** Those that nobody else had put on the queue. */
  readonly #ours = new Set<string>();
  readonly #outcomes: QueueOutcome[] = [];
  #wake = () => {};

  /**
   * @param journal lists what is put on the queue, so that its results are known from other files
   * @param signal ends the waiting
   */
  constructor(
    queue: Queue<PictureJob, PictureAnswer>,
    root: string,
    journal: Journal | undefined,
    signal: AbortSignal,
  ) {
    this.#queue = queue;
    this.#root = root;
    this.#journal = journal;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** The outcomes that are known and were not told yet. */
  known(): QueueOutcome[] {
    return this.#outcomes.splice(0);
  }

  /** Waits for outcomes, or for the signal. */
  async outcomes(): Promise<QueueOutcome[]> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#outcomes.length > 0 || this.#signal.aborted) resolve();
    });
    return this.known();
  }

  /** Puts pictures on the queue: not those that are there already, or were done and whose results are there. */
  async put(submissions: readonly Submission[]): Promise<void> {
    const jobs = (await Promise.all(submissions.map((submission) => this.#jobsFor(submission)))).flat();
    for (const { opts } of jobs) {
      const output = this.#pending.get(opts.jobId)?.output;
      if (output !== undefined) await this.#journal?.add(output, opts.jobId, '');
    }
    await this.#queue.addBulk(jobs);
    for (const { opts } of jobs) this.#ours.add(opts.jobId);
  }

  /** Reads what became of some of the batch's jobs, or of all; puts those on the queue again that it has lost. */
  async ask(ids: readonly string[] = [...this.#pending.keys()]): Promise<void> {
    for (const part of slices(ids.filter((id) => this.#pending.has(id)))) {
      const lost = await Promise.all(part.map(async (id) => ((await this.#isLost(id)) ? [id] : [])));
      const again = lost.flat().flatMap((id) => this.#pending.get(id) ?? []);
      if (again.length > 0) await this.put(again);
    }
  }

  /** Takes back what this batch put on the queue and nobody has in hand. @returns how many jobs */
  async takeBack(): Promise<number> {
    let count = 0;
    for (const part of slices([...this.#ours].filter((id) => this.#pending.has(id)))) {
      const removed = await Promise.all(part.map((id) => this.#queue.remove(id).catch(() => 0)));
      count += removed.filter((each) => each > 0).length;
    }
    return count;
  }

  async #jobsFor(submission: Submission) {
    const { input, output, job: data } = submission;
    const jobId = await idOf(data, this.#root);
    const known = await this.#queue.getJob(jobId);
    const state = await known?.getState();
    if (state === 'completed' && (await this.#isThere(data.output, known?.returnvalue))) {
      this.#pending.delete(jobId);
      this.#tell({ input, output, status: 'skipped' });
      return [];
    }
    this.#pending.set(jobId, submission);
    const isOver = state === 'completed' || state === 'failed';
    // Another batch may have put it there anew meanwhile; then it is waited for.
    if (isOver) await known?.remove().catch(() => {});
    const isNew = state === undefined || state === 'unknown' || isOver;
    return isNew ? [{ name: 'picture', data, opts: { ...jobOptions, jobId } }] : [];
  }

  async #isThere(output: string, answer: PictureAnswer | undefined): Promise<boolean> {
    // What is at an address only those know who may reach it.
    if (isAddress(output)) return true;
    const found = await readFile(join(this.#root, output)).then(sha256, () => undefined);
    return found !== undefined && found === answer?.fileSha256;
  }

  async #isLost(id: string): Promise<boolean> {
    const state = await this.#queue.getJobState(id);
    if (state === 'unknown') return true;
    if (state !== 'completed' && state !== 'failed') return false;
    const job = await this.#queue.getJob(id);
    if (job === undefined) return true;
    const submission = this.#pending.get(id);
    if (submission === undefined || !this.#pending.delete(id)) return false;
    const { input, output } = submission;
    if (state === 'failed') this.#tell({ input, output, status: 'failed', reason: job.failedReason });
    else this.#tell({ input, output, status: 'done', ...job.returnvalue });
    return false;
  }

  #tell(outcome: QueueOutcome): void {
    this.#outcomes.push(outcome);
    this.#wake();
  }
}

/** Lists as long as what is put on the queue at once. */
export function* slices<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < items.length; at += atOnce) yield items.slice(at, at + atOnce);
}
