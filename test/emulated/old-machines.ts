// Processors that this one is not: qemu plays them, and Node runs the library there.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What qemu can not play, and says so on standard error unless it is left out. */
const unplayed = '-pcid,-x2apic,-tsc-deadline,-invpcid';

function runOn(processor: string, ...args: string[]): string {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr, error } = spawnSync(
    'qemu-x86_64',
    ['-cpu', processor, process.execPath, ...args],
    options,
  );
  expect(status, `${processor}: ${error ?? stderr}`).toBe(0);
  return stdout;
}

test.each([
  ['without SSE4.1', 'core2duo,-sse4.1', ['native/sse2', 'native/scalar', 'reference']],
  ['Nehalem', 'Nehalem', ['native/sse2', 'wasm/simd128', 'native/scalar', 'reference']],
  [
    'Haswell',
    `Haswell-noTSX,${unplayed}`,
    ['native/avx2', 'native/sse2', 'wasm/simd128', 'native/scalar', 'reference'],
  ],
])('%s gives the known answers on what it has', (_, processor, backends) => {
  const report = JSON.parse(runOn(processor, 'dist/cli/main.js', 'verify', '--json'));
  expect(report).toMatchObject({ isVerified: true, backends });
});

test('without the vectors of WASM the reference serves, and says why', () => {
  const script = `import { createRuntime } from 'sepconv/wasm';
    const { info } = await createRuntime();
    const error = await createRuntime({ backend: 'wasm' }).catch(({ code }) => code);
    console.log(JSON.stringify({ info, error }));`;
  const { info, error } = JSON.parse(runOn('core2duo,-sse4.1', '--input-type=module', '--eval', script));
  expect(info).toMatchObject({ backend: 'reference' });
  expect(info.reasons).toContainEqual(expect.stringMatching(/^wasm\/simd128: .*SIMD/));
  expect(error).toBe('ERR_BACKEND_UNAVAILABLE');
});
