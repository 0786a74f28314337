// The compose file: what a container engine would read, and commands that the program knows.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { connectionOf } from '../src/batch/queue/redis.js';
import { createProgram } from '../src/cli/program.js';

const text = readFileSync(new URL('../docs/compose.yaml', import.meta.url), 'utf8');
const { services, configs, volumes } = parse(text, { strict: true, uniqueKeys: true });

/** As an engine fills in variables: their values, or what stands for them. */
function filledIn(value: string, variables: Record<string, string>): string {
  return value.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name, kind, rest) => {
    const found = variables[name] ?? (kind === '-' ? rest : undefined);
    if (found === undefined) throw new Error(`${name}: ${rest}`);
    return found;
  });
}

test('a queue that keeps what it was given, behind a password', () => {
  const lines = filledIn(configs.redis.content, { QUEUE_PASSWORD: 'secret' }).trim().split('\n');
  expect(lines).toEqual(['requirepass secret', 'appendonly yes', 'save ""', 'maxmemory-policy noeviction']);
  expect(services.redis.configs).toEqual([{ source: 'redis', target: services.redis.command[1] }]);
  expect(services.redis.volumes).toEqual(['queue:/data']);
  expect(volumes).toEqual({ queue: null });
  expect(services.redis.ports[0]).toMatch(/127\.0\.0\.1/);
});

test('two workers over one folder, that find the queue', () => {
  const { command, deploy, environment, volumes: mounted, depends_on } = services.worker;
  expect(deploy.replicas).toBe(2);
  expect(Object.keys(depends_on)).toEqual(['redis']);
  const address = filledIn(environment.SEPCONV_QUEUE, { QUEUE_PASSWORD: 'secret' });
  expect(connectionOf(address)).toMatchObject({ host: 'redis', port: 6379, password: 'secret' });
  expect(() => filledIn(environment.SEPCONV_QUEUE, {})).toThrow(/QUEUE_PASSWORD/);
  expect(filledIn(mounted[0], {})).toBe('./pictures:/pictures');
  expect(command[command.indexOf('--root') + 1]).toBe('/pictures');
  const grace = Number(command[command.indexOf('--grace') + 1]);
  expect(parseInt(services.worker.stop_grace_period, 10)).toBeGreaterThan(grace);
});

test('its commands are those of the program', () => {
  const batch = /docker compose run --rm worker (batch .*)/.exec(text)![1].split(' ');
  for (const [name, ...args] of [services.worker.command, batch]) {
    const command = createProgram().commands.find((each) => each.name() === name)!;
    const { unknown } = command.parseOptions(args);
    expect(unknown).toEqual([]);
  }
});

test('its packages are those that the queue needs', () => {
  const { peerDependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const [, installed] = /npm install (.*)/.exec(services.worker.build.dockerfile_inline)!;
  expect(installed).toBe('sepconv bullmq ioredis prom-client');
  expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(installed.split(' ').slice(1)));
  expect(Object.keys(optionalDependencies)).toContain('sharp');
});
