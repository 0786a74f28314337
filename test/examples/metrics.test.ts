import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createRuntime, tensor } from '../../src/entries/node.js';
import { observeRuns } from './metrics.js';

test('runs as metrics of Prometheus', async () => {
  const registry = new Registry();
  const stop = observeRuns(registry);
  const { info, prepareConv2d } = await createRuntime();
  const operator = prepareConv2d(tensor(new Float32Array(9 * 32 * 32), [3, 3, 32, 32]));
  const image = tensor(new Float32Array(64 * 64 * 32), [1, 64, 64, 32]);
  const metric = async (name: string) => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`{op="conv2d",backend="${info.backend}",isa="${info.isa}"}`);
    return Number(lines[0].split(' ').at(-1));
  };

  operator.run(image);
  const started = [operator.runAsync(image), operator.runAsync(image)];
  expect(await metric('sepconv_runs')).toBe(2);
  await Promise.all(started);
  expect(() => operator.run(tensor(new Float32Array(3), [1, 1, 1, 3]))).toThrow('32 channels');
  await expect(operator.runAsync(image, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  stop();
  operator.run(image);

  expect(await metric('sepconv_runs')).toBe(0);
  expect(await metric('sepconv_queue_seconds_count')).toBe(5);
  expect(await metric('sepconv_run_seconds_count')).toBe(5);
  expect(await metric('sepconv_run_seconds_sum')).toBeGreaterThan(0);
  expect(await metric('sepconv_errors_total')).toBe(2);
});
