// sepconv info: what runs here, and why.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { resolve } from 'node:path';
import { findAddons } from '../backends/native-addon.js';
import { version } from '../batch/version.js';
import { SepconvError } from '../core/errors.js';
import { defaultRuntime, type RuntimeInfo } from '../entries/node.js';
import { writeStdout } from '../image/files.js';
import { loadSharp } from '../image/sharp.js';
import { backendName, loadBackends } from './backends.js';

/**
 * Prints the backends of this host, the default one with its reasons, and whether pictures can be decoded.
 *
 * @throws SepconvError (rejects), after it has printed, where the environment asks for what does not run here
 */
export async function info({ json }: { readonly json?: boolean }): Promise<void> {
  const { present, missing } = await loadBackends();
  const { fault, backend, isa, threads, reasons } = defaultInfo();
  const report = {
    version,
    node: process.version,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    default: backendName({ backend, isa }),
    threads,
    reasons,
    backends: present.map(({ name }) => name),
    missing,
    addons: describeAddons(),
    pictures: await pictureSupport(),
  };
  await writeStdout(json ? `${JSON.stringify(report)}\n` : toLines(report));
  if (fault !== undefined) throw fault;
}

interface DefaultInfo extends Pick<RuntimeInfo, 'isa' | 'threads' | 'reasons'> {
  readonly backend: string;
  readonly fault?: SepconvError;
}

/** The environment may ask for what does not run here; that is told, too. */
function defaultInfo(): DefaultInfo {
  try {
    return defaultRuntime().info;
  } catch (fault) {
    if (!(fault instanceof SepconvError)) throw fault;
    return { backend: 'none', isa: 'none', threads: 0, reasons: [fault.message], fault };
  }
}

/** Each addon that is there, with the commit and the checksum of its manifest, and whether the file still has it. */
function describeAddons(): string[] {
  return findAddons().map(({ path, commit, sha256 }) => {
    if (sha256 === undefined) return `${resolve(path)}, without a manifest`;
    const isWhole = createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
    return `${resolve(path)}, of commit ${commit}, SHA-256 ${sha256}${isWhole ? '' : ': the file has another'}`;
  });
}

async function pictureSupport(): Promise<string> {
  try {
    await loadSharp();
    return 'PNG, JPEG, WebP, AVIF, TIFF, .npy';
  } catch (error) {
    if (error instanceof SepconvError) return `.npy only (${error.message})`;
    throw error;
  }
}

function toLines(report: Record<string, string | number | readonly string[]>): string {
  return Object.entries(report)
    .map(
      ([name, value]) =>
        `${name.padEnd(10)} ${typeof value === 'object' ? value.join(`\n${' '.repeat(11)}`) : value}\n`,
    )
    .join('');
}
