// The declarations, for the compilers and module resolutions that users have; and what two linters of packages say.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { app } from './support/app.js';
import { nodeBinary, program, root, run } from './support/programs.js';

const resolutions = [
  { module: 'es2022', moduleResolution: 'bundler', extensions: ['.ts'] },
  { module: 'node16', moduleResolution: 'node16', extensions: ['.mts', '.cts'] },
  { module: 'nodenext', moduleResolution: 'nodenext', extensions: ['.mts', '.cts'] },
];

describe.each(['5.4', '5.9', 'newest'])('TypeScript %s', (version) => {
  test.each(resolutions)('$moduleResolution', async ({ extensions, ...options }) => {
    const cwd = join(app, '..', `types-${version}-${options.moduleResolution}`);
    cpSync(join(app, 'node_modules/sepconv'), join(cwd, 'node_modules/sepconv'), { recursive: true });
    const files = extensions.map((extension) => `consumer${extension}`);
    for (const file of files) cpSync(join(app, 'consumer.ts'), join(cwd, file));
    // Without skipLibCheck, so that the declarations themselves are checked.
    const compilerOptions = {
      ...options,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      noEmit: true,
    };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    await run(nodeBinary(22), [program(`typescript-${version}`, 'bin/tsc'), '-p', '.'], { cwd });
  });
});

test('publint', async () => {
  const args = [program('publint', 'src/cli.js'), '--strict', join(root, 'build/package')];
  expect((await run(nodeBinary(22), args, { cwd: join(app, '..') })).stdout).toContain('All good!');
});

test('are the types wrong?', async () => {
  await run(nodeBinary(22), [program('@arethetypeswrong/cli', 'dist/index.js'), inject('tarball')], {
    cwd: join(app, '..'),
  });
});
