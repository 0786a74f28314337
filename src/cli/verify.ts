// sepconv verify: the conformance vectors on every backend of this machine.
import { createHash } from 'node:crypto';
import { arch, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Answer, answersOf } from '../conformance/run.js';
import { titleOf, type Vectors } from '../conformance/vectors.js';
import { invalid, SepconvError } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import '../entries/node.js';
import { commit, version } from '../batch/version.js';
import { readBytes, writeStdout } from '../image/files.js';
import { outputHash } from '../image/output-hash.js';
import { operationsOn } from '../ops/index.js';
import { currentHost } from '../runtime/host.js';
import { candidates } from '../runtime/select.js';
import { backendName } from './backends.js';
import { blocking } from './interrupt.js';
import { inProgress } from './progress.js';
import { columns } from './table.js';

export interface VerifyOptions {
  readonly json?: boolean;
  /** Another file of cases than the package's. */
  readonly vectors?: string;
}

/** One backend on one machine; rows of all machines whose `vectors` are the same have the same `sha256`. */
interface Row {
  readonly package: string;
  readonly commit: string;
  readonly backend: string;
  readonly isa: string;
  readonly threads: number;
  readonly processor: string;
  readonly system: string;
  readonly engine: string;
  /** The version of the vectors. */
  readonly vectors: number;
  /** Of what the backend gave for each case, one after another, as hexadecimal text. */
  readonly sha256: string;
}

interface Verified {
  readonly name: string;
  readonly row: Row;
  readonly answers: readonly Answer[];
}

const isEqual = ({ expected, received }: Answer) => expected === received;

/**
 * Runs the vectors on every backend and instruction set of this machine and compares the hashes.
 *
 * @throws SepconvError (rejects) `ERR_KERNEL` where one differs, `ERR_FILE`, `ERR_CODEC` where the file holds no vectors
 */
export async function verify({ json, vectors: path }: VerifyOptions): Promise<void> {
  const vectors = await readVectors(path);
  const missing: string[] = [];
  const verified = await inProgress('verify', () =>
    blocking(() => loadAll(missing).map((kernels) => verifyOn(kernels, vectors))),
  );
  const different = verified.flatMap(({ name, answers }) =>
    answers.filter((answer) => !isEqual(answer)).map((answer) => ({ backend: name, ...answer })),
  );
  const isVerified = different.length === 0;
  const backends = verified.map(({ name }) => name);
  const report = { version, isVerified, backends, missing, rows: verified.map(({ row }) => row), different };
  await writeStdout(json ? `${JSON.stringify(report)}\n` : toLines(verified, missing, vectors));
  if (isVerified) return;
  const titles = [...new Set(different.map(({ operation, id }) => `${operation} ${id}`))].join(', ');
  throw new SepconvError('ERR_KERNEL', `verify: other bits than recorded in ${titles}; please report this machine`);
}

async function readVectors(path: string | undefined): Promise<Vectors> {
  const shipped = fileURLToPath(new URL('../../conformance/vectors-v1.json', import.meta.url));
  const name = path ?? shipped;
  const text = Buffer.from(await readBytes('vectors', name)).toString();
  const wrong = (expected: string, received: string) =>
    invalid('ERR_CODEC', 'vectors', expected, received, 'see CONFORMANCE.md');
  let vectors: Vectors | null;
  try {
    vectors = JSON.parse(text);
  } catch (error) {
    throw wrong('a file of JSON', `${name} (${(error as Error).message})`);
  }
  if (typeof vectors?.cases === 'object' && vectors.cases !== null) return vectors;
  throw wrong('{ version, cases }', name);
}

/** Every backend, also one with wrong answers, which a runtime would not choose. */
function loadAll(missing: string[]): Kernels[] {
  const loaded: Kernels[] = [];
  for (const { source, isa } of candidates(currentHost(), 'auto', undefined, missing)) {
    try {
      loaded.push(source.load(isa));
    } catch (error) {
      missing.push(`${backendName({ backend: source.backend, isa })}: ${(error as Error).message}`);
    }
  }
  return loaded;
}

function verifyOn(kernels: Kernels, vectors: Vectors): Verified {
  const { backend, isa, threads } = kernels;
  const answers = answersOf(
    operationsOn(() => kernels),
    vectors,
    outputHash,
  );
  const hash = createHash('sha256').update(answers.map(({ received }) => received).join(''));
  const row = {
    package: version,
    commit,
    backend,
    isa,
    threads,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    system: `${platform()} ${arch()}`,
    engine: engine(),
    vectors: vectors.version,
    sha256: hash.digest('hex'),
  };
  return { name: backendName({ backend, isa }), row, answers };
}

function engine(): string {
  const { bun, deno, node, v8 } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node} (V8 ${v8})` : `Deno ${deno} (V8 ${v8})`;
}

function toLines(verified: readonly Verified[], missing: readonly string[], vectors: Vectors): string {
  const counts = Object.entries(vectors.cases).map(([operation, { length }]) => {
    const cells = verified.map(({ answers }) => {
      const wrong = answers.filter((answer) => answer.operation === operation && !isEqual(answer));
      return wrong.length === 0 ? 'same' : `${wrong.length} DIFFERENT`;
    });
    return [operation, String(length), ...cells];
  });
  const wrong = verified.flatMap(({ name, answers }) =>
    answers.filter((answer) => !isEqual(answer)).map((answer) => `${name}: ${describe(answer, vectors)}\n`),
  );
  const [{ answers }] = verified;
  return [
    columns([['operation', 'cases', ...verified.map(({ name }) => name)], ...counts]),
    ...wrong,
    ...missing.map((reason) => `not here: ${reason}\n`),
    `${answers.length} known answers (vectors v${vectors.version}) on ${verified.length} backends of this machine\n`,
  ].join('');
}

function describe({ operation, id, received, expected }: Answer, vectors: Vectors): string {
  const vector = vectors.cases[operation].find((each) => each.id === id);
  return `${operation} ${vector && titleOf(vector)}: expected ${expected}, got ${received}`;
}
