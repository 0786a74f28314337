// The tests of bits in processes of an arm64 Node, which qemu runs, with the addon of prebuilds/linux-arm64.
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

const launcher = `${import.meta.dirname}/node-arm64`;

// What child_process.fork starts.
process.execPath = launcher;

const tests = ['conformance', 'golden', 'accuracy', 'fast', 'transcendental', 'workers'];

export default defineConfig({
  test: {
    ...base.test,
    include: [...tests.map((name) => `test/${name}.test.ts`), 'test/emulated/arm64.ts'],
    // qemu takes ten times as long.
    env: { RUNS: '30', NODE_LAUNCHER: launcher, REQUIRE_BACKENDS: 'native/neon,native/scalar,wasm/simd128' },
    testNamePattern: '^(?!.*a million random values)',
    testTimeout: 600_000,
  },
});
