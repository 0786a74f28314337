// What the processor itself says that it can do, so that an instruction set can not vanish unseen.
import { readFileSync } from 'node:fs';

/** The flags of /proc/cpuinfo that each instruction set of native/isa.h needs. */
const needed: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  x64: {
    scalar: [],
    sse2: ['sse2'],
    avx2: ['avx2'],
    'avx2-fma': ['avx2', 'fma'],
    avx512: ['avx512f'],
    'avx512-fma': ['avx512f'],
  },
  arm64: { scalar: [], neon: [], 'neon-fma': [] },
};

/** The instruction sets that must run here; nothing where the system does not tell. */
export function reportedIsas(): string[] {
  if (process.platform !== 'linux') return [];
  const [, text = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
  const flags = new Set(text.trim().split(/\s+/));
  const isas = Object.entries(needed[process.arch] ?? {});
  return isas.filter(([, wanted]) => wanted.every((flag) => flags.has(flag))).map(([isa]) => isa);
}
