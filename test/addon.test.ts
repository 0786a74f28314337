// What the compiler and the linker made of native/: no fused arithmetic, nothing exported twice, nothing needed but libc.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const release = fileURLToPath(new URL('../build/Release', import.meta.url));
const libraries = existsSync(release) ? readdirSync(release).filter((name) => /^kernels_.*\.a$/.test(name)) : [];
const addon = join(release, 'sepconv.node');

/** The output of a tool of binutils. */
function output(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, `${tool}: ${stderr}`).toBe(0);
  return stdout;
}

const linuxBuild = process.platform === 'linux' && libraries.length > 0;
const why = process.platform === 'linux' ? 'nothing is built' : 'needs the tools of Linux';

describe.skipIf(!linuxBuild)(`the addon${linuxBuild ? '' : `: ${why}`}`, () => {
  describe.each(libraries)('%s', (name) => {
    const library = join(release, name);

    test('exports its table and nothing else', () => {
      const symbols = output('nm', '--extern-only', '--defined-only', '--format=posix', library);
      const names = symbols.split('\n').filter((line) => / /.test(line) && !line.endsWith(':'));
      expect(names.map((line) => line.split(' ')[0])).toEqual([basename(name, '.a')]);
    });

    test(name.includes('fma') ? 'fuses products with sums' : 'never fuses a product with a sum', () => {
      const instructions = output('objdump', '--disassemble', '--no-show-raw-insn', library);
      expect(instructions).toMatch(/mul[sp]s|fmul/);
      const fused = instructions.match(/^.*\b(v?f\w*m(add|sub)\d*\w*|fml[as]\w*)\b.*$/gm);
      if (name.includes('fma')) expect(fused).not.toBeNull();
      else expect(fused).toBeNull();
    });
  });

  test('needs nothing but libc and the loader', () => {
    const needed = [...output('readelf', '--dynamic', addon).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name);
    expect(needed.filter((name) => !/^(lib(c|m|pthread|dl)\.so\.\d+|ld-linux.*)$/.test(name))).toEqual([]);
  });
});
