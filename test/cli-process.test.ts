// The command line as a process: streams, exit statuses, the environment, interrupts.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { borders } from '../src/core/params.js';
import { modeNames } from '../src/image/modes.js';
import { formatNpy } from '../src/image/npy.js';
import { ranges } from '../src/image/pixels.js';
import { kernelForms, mixForms } from '../src/image/presets.js';
import { tensor } from '../src/index.js';
import {
  at,
  decoded,
  fail,
  folder,
  photograph,
  program,
  report,
  spawnSepconv,
  succeed,
} from './support/command-line.js';

describe('streams', () => {
  test('a picture from standard input, another one to standard output', async () => {
    const png = await succeed(['-', '-k', 'identity', '-o', '-'], { input: readFileSync(at('rgba.png')) });
    expect(await decoded(png, 'srgb')).toEqual(await decoded(at('rgba.png'), 'srgb'));
  });

  test('nothing on standard input is no picture', () =>
    fail(['-', '-o', 'never.png'], 1, /-: expected a whole PNG, /, { input: Buffer.alloc(0) }));

  test('a standard output that is closed is an error like others', async () => {
    const child = spawn(process.execPath, [program, photograph, '-o', '-'], { cwd: folder });
    const status = new Promise((resolve) => child.on('close', resolve));
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.destroy();
    expect(await status).toBe(1);
    expect(stderr).toMatch(/^sepconv: output: .*EPIPE.*\n$/);
  });
});

describe('exit statuses', () => {
  test('0, and help on stdout', async () => {
    const help = (await succeed(['--help'], {})).toString();
    for (const word of [...modeNames, ...kernelForms, ...mixForms, ...ranges, ...borders, 'explain', 'verify']) {
      expect(help).toContain(word);
    }
    expect(help.replaceAll('\n', ' ')).toMatch(
      /sobel-x, sobel-y, .*, laplacian give results of both signs: --range abs/,
    );
    const explained = (await succeed(['explain', '--help'], {})).toString();
    expect((await succeed(['help', 'explain'], {})).toString()).toBe(explained);
    expect((await succeed(['help'], {})).toString()).toBe(help);
    expect((await succeed(['--version'], {})).toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(['explain', 'info', 'verify', 'bench'])('--json of %s prints, as everywhere', async (command) => {
    const help = (await succeed([command, '--help'], {})).toString();
    expect(help).toMatch(/^ +--json {2}.*one object on stdout/m);
  });

  test('1, what failed', () => fail(['none.png', '-o', 'never.png'], 1, /picture: .*none\.png.*ENOENT/, {}));
  test.each([
    [['--only', '('], /only: expected a regular expression, got "\("/],
    [
      ['--only', 'nothing'],
      /only: expected a pattern that matches a layer, got "nothing".*the layers are depthwise 3×3 /,
    ],
    [['--threads', 'many'], /threads: expected an integer from 1 to 256/],
  ])('2, bench %j', (args, sentence) => fail(['bench', ...args], 2, sentence, {}));
  test('bench says how many threads it has, and takes the layers that it is asked for', async () => {
    const args = ['bench', '--quick', '--only', '^tiny: depthwise 3x3 4^2', '--threads', '1'];
    const lines = (await succeed(args, {})).toString().split('\n');
    expect(lines[0]).toMatch(/^threads at most: (native 1, )?wasm 1, reference 1$/);
    expect(lines[2]).toMatch(/^tiny: depthwise 3×3 4²×8 .* µs +yes$/);
    expect(lines.filter((line) => line.endsWith('yes'))).toHaveLength(1);
  });
  test('2, wrong usage', () => fail(['rgb.png', '--colour'], 2, /unknown option/, {}));

  test('130, an interrupt, and no file is left', async () => {
    const before = readdirSync(folder);
    const child = spawn(process.execPath, [program, '-', '-o', 'never.png'], { cwd: folder });
    const status = new Promise((resolve) => child.on('close', resolve));
    // Larger than any pipe: when it is taken, the program is reading.
    await new Promise((resolve) => child.stdin.write(Buffer.alloc(4 << 20), resolve));
    child.kill('SIGINT');
    expect(await status).toBe(130);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('the environment', () => {
  test('chooses a backend, and an option outweighs it', async () => {
    const env = { SEPCONV_BACKEND: 'reference' };
    expect((await report(['grey.png'], { env })).backend).toBe('reference');
    const outweighed = await spawnSepconv(['grey.png', '--backend', 'auto', '--json'], {
      env: { SEPCONV_BACKEND: 'x' },
    });
    expect(outweighed.status).toBe(0);
  });

  test('info answers also where it asks for what does not run, and fails', async () => {
    const { status, stdout, stderr } = await spawnSepconv(['info', '--json'], { env: { SEPCONV_BACKEND: 'gpu' } });
    const object = JSON.parse(stdout.toString());
    expect(object.default).toBe('none');
    expect(object.reasons[0]).toMatch(/backend: expected one of/);
    expect({ status, stderr }).toEqual({ status: 2, stderr: `sepconv: ${object.reasons[0]}\n` });
  });

  test('a host without sharp is told what to install; .npy works there', async () => {
    writeFileSync(
      at('hook.mjs'),
      `export function resolve(name, context, next) {
         if (name === 'sharp') throw new Error('not installed');
         return next(name, context);
       }`,
    );
    writeFileSync(
      at('loader.mjs'),
      "import { register } from 'node:module'; register(new URL('hook.mjs', import.meta.url));",
    );
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(at('loader.mjs'))}` };
    await fail(['rgb.png', '-o', 'never.png'], 1, /npm install sharp/, { env });
    expect((await succeed(['info'], { env })).toString()).toMatch(/npm install sharp/);
    writeFileSync(at('plain.npy'), formatNpy(tensor(new Float32Array(4), [2, 2])));
    expect((await report(['plain.npy'], { env })).outputShape).toEqual([1, 2, 2, 1]);
  });
});

describe('what runs on every backend', () => {
  test('demo writes the pictures and finds the same bits', async () => {
    const text = (await succeed(['demo', photograph, '--out-dir', 'demo'], {})).toString();
    for (const mode of ['depthwise', 'pointwise', 'separable']) {
      expect(text).toMatch(new RegExp(`^chelsea ${mode} .* yes$`, 'm'));
      expect((await sharp(at(`demo/chelsea-${mode}.png`)).metadata()).width).toBe(451);
    }
  });

  test('verify finds the known answers', async () => {
    const object = await report(['verify'], {});
    expect(object.isVerified).toBe(true);
    expect(object.backends).toContain('reference');
    expect(object.rows.map(({ backend }: { backend: string }) => backend)).toContain('reference');
    expect(new Set(object.rows.map(({ sha256 }: { sha256: string }) => sha256)).size).toBe(1);
  });
});
