// What an arm64 machine takes, exact and fast.
import { expect, test } from 'vitest';
import { createRuntime, defaultRuntime } from '../../src/entries/node.js';

test('this is one', () => expect(process.arch).toBe('arm64'));

test('the best exact kernels are those of NEON', () => {
  expect(defaultRuntime().info).toMatchObject({ backend: 'native', isa: 'neon' });
});

test("precision 'fast' takes their fused twin", async () => {
  const { info } = await createRuntime({ precision: 'fast' });
  expect(info).toMatchObject({ backend: 'native', isa: 'neon-fma', precision: 'fast' });
});
