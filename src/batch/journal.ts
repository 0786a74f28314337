// What a batch has done, so that the next one goes on where it was stopped. A line is written before its result takes its
// name: a result without a line is not ours, and a line without its result says that it is still to be done.
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileError } from '../image/files.js';

/** What a result is of, and what it is. */
export interface JournalEntry {
  /** Its path, from the journal's folder. */
  readonly output: string;
  /** Stands for the input's bytes, the options and the version: see `keyOf`. */
  readonly key: string;
  /** SHA-256 of the file; empty where a worker writes it, and the queue knows. */
  readonly sha256: string;
}

export class Journal {
  readonly #path: string;
  readonly #entries: Map<string, JournalEntry>;
  #file: Promise<FileHandle> | undefined;

  private constructor(path: string, entries: Map<string, JournalEntry>) {
    this.#path = path;
    this.#entries = entries;
  }

  /**
   * Reads a journal, or begins one, which becomes a file with its first line. Lines that were cut short are as good as none.
   *
   * @throws SepconvError (rejects) `ERR_FILE`
   */
  static async read(path: string): Promise<Journal> {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return '';
      throw fileError('journal', 'a readable file', path, cause);
    });
    const entries = text.split('\n').flatMap((line) => {
      try {
        const entry: JournalEntry = JSON.parse(line);
        return [[entry.output, entry] as const];
      } catch {
        return [];
      }
    });
    return new Journal(path, new Map(entries));
  }

  /** Whether a file of this name was made by a batch with this journal. */
  has(output: string): boolean {
    return this.#entries.has(this.#nameOf(output));
  }

  /** Whether the result is there, whole, and of this input, these options and this version. */
  async isDone(output: string, key: string): Promise<boolean> {
    const entry = this.#entries.get(this.#nameOf(output));
    if (entry?.key !== key) return false;
    const bytes = await readFile(output).catch(() => undefined);
    return bytes !== undefined && sha256(bytes) === entry.sha256;
  }

  /**
   * For the next batch: what this one did is not kept in memory.
   *
   * @throws SepconvError (rejects) `ERR_FILE`
   */
  async add(output: string, key: string, fileSha256: string): Promise<void> {
    const entry: JournalEntry = { output: this.#nameOf(output), key, sha256: fileSha256 };
    // A line that was cut short before ends here.
    try {
      this.#file ??= open(this.#path, 'a');
      await (await this.#file).appendFile(`\n${JSON.stringify(entry)}`);
    } catch (cause) {
      throw fileError('journal', 'a file that can be written', this.#path, cause);
    }
  }

  async close(): Promise<void> {
    await (await this.#file)?.close();
  }

  #nameOf(output: string): string {
    return relative(dirname(resolve(this.#path)), resolve(output)).replaceAll(sep, '/');
  }
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
