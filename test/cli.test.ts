// What the command line does, as a process on real files: modes, reports, info, demo.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { draw } from '../src/cli/show.js';
import { formatNpy, parseNpy } from '../src/image/npy.js';
import { tensor } from '../src/index.js';
import {
  at,
  decoded,
  fail,
  folder,
  jpeg,
  photograph,
  program,
  report,
  sepconv,
  succeed,
} from './support/command-line.js';

describe('modes', () => {
  const results = async (args: string[]) => {
    await succeed([...args, '-o', 'result.npy', '--force']);
    return [...parseNpy(readFileSync(at('result.npy')), '').tensor.data];
  };

  test('depthwise: a horizontal step of 15 is 8 · 15 to sobel-x, 4 · 15 at the edges', async () => {
    expect((await results(['rgb.png', '-k', 'sobel-x'])).slice(0, 12)).toEqual([
      60,
      60,
      60,
      ...Array(6).fill(120),
      60,
      60,
      60,
    ]);
  });

  test('--flip turns the filter', async () => {
    expect((await results(['grey.png', '-k', 'sobel-x', '--flip']))[1]).toBe(-40);
    expect((await results(['grey.png', '-k', 'sobel-x']))[1]).toBe(40);
  });

  test('pointwise', async () => {
    expect((await results(['rgb.png', '-m', 'pointwise', '-p', 'swap-rb'])).slice(0, 6)).toEqual([
      10, 5, 0, 25, 20, 15,
    ]);
    expect((await results(['rgb.png', '-m', 'pointwise', '-p', '1;2;4', '--strides', '2'])).slice(0, 2)).toEqual([
      50, 260,
    ]);
  });

  test('separable', async () => {
    const args = ['rgb.png', '-m', 'separable', '-k', '1 1', '-p', '1; 1; 1', '--padding', 'valid'];
    expect((await results(args)).slice(0, 3)).toEqual([75, 165, 255]);
  });

  test('filters from .json and .npy, with channels and a multiplier', async () => {
    writeFileSync(at('kernel.json'), '[[[1, 2, 3]]]');
    expect((await results(['rgb.png', '-k', 'kernel.json'])).slice(0, 6)).toEqual([0, 10, 30, 15, 40, 75]);
    writeFileSync(at('kernel.npy'), formatNpy(tensor(Float32Array.of(1, -1), [1, 1, 1, 2])));
    expect((await results(['grey.png', '-k', 'kernel.npy'])).slice(2, 6)).toEqual([5, -5, 10, -10]);
  });

  test('borders', async () => {
    const first = async (border: string) => (await results(['grey.png', '-k', '1 0 0', '--border', border]))[0];
    expect([await first('zero'), await first('replicate'), await first('reflect'), await first('wrap')]).toEqual([
      0, 0, 5, 15,
    ]);
  });

  test('--range', async () => {
    const samples = async (range: string) => {
      await succeed(['grey.png', '-k', '-1', '--range', range, '-o', 'range.png', '--force']);
      return (await decoded(at('range.png'), 'b-w')).samples.slice(0, 3);
    };
    expect([await samples('clamp'), await samples('abs'), await samples('normalize')]).toEqual([
      [0, 0, 0],
      [0, 5, 10],
      [255, 232, 209],
    ]);
  });

  test('without a picture the built-in one is shown', async () => {
    const text = (await succeed([])).toString();
    expect(text.split('\n')).toHaveLength(28);
    expect(text).toMatch(/^[ .:\-=+*#%@\n]+$/);
    expect((await succeed(['grey.png', '-k', 'identity', '--show'])).toString()).toBe('    \n....\n');
  });

  test('--json: one object, with the hash of the float32 results', async () => {
    const values = Float32Array.from(await results(['grey.png', '-k', 'laplacian']));
    const object = await report(['grey.png', '-k', 'laplacian', '--backend', 'reference']);
    expect(object).toMatchObject({
      mode: 'depthwise',
      input: 'grey.png',
      output: null,
      inputShape: [1, 3, 4, 1],
      outputShape: [1, 3, 4, 1],
      bits: 8,
      alpha: false,
      kernel: { name: 'laplacian', shape: [3, 3, 1, 1] },
      pointwise: null,
      backend: 'reference',
      isa: 'none',
      threads: 1,
      sha256: createHash('sha256').update(values).digest('hex'),
    });
  });

  test('the hash writes every NaN alike', async () => {
    const hashes = [0x7fc00000, 0xffc12345].map(async (bits, i) => {
      const data = new Float32Array(Uint32Array.of(bits).buffer);
      writeFileSync(at(`nan${i}.npy`), formatNpy(tensor(data, [1, 1])));
      return (await report([`nan${i}.npy`, '-k', 'identity'])).sha256;
    });
    const expected = createHash('sha256')
      .update(Uint8Array.of(0, 0, 0xc0, 0x7f))
      .digest('hex');
    expect(await Promise.all(hashes)).toEqual([expected, expected]);
  });

  test('every backend gives the same hash', async () => {
    const { backends } = JSON.parse((await succeed(['info', '--json'])).toString());
    expect(backends).toContain('reference');
    for (const mode of ['depthwise', 'pointwise', 'separable']) {
      const hashes = backends.map(async (name: string) => {
        const [backend, isa = 'none'] = name.split('/');
        const object = await report([jpeg, '-m', mode, '--backend', backend, '--isa', isa]);
        expect([object.backend, object.isa]).toEqual([backend, isa]);
        return object.sha256;
      });
      expect(new Set(await Promise.all(hashes)).size).toBe(1);
    }
  });

  test('the environment chooses a backend, an option outweighs it', async () => {
    const env = { SEPCONV_BACKEND: 'reference' };
    expect((await report(['grey.png'], { env })).backend).toBe('reference');
    expect((await sepconv(['grey.png', '--backend', 'auto', '--json'], { env: { SEPCONV_BACKEND: 'x' } })).status).toBe(
      0,
    );
  });
});

test('an interrupt is status 130', async () => {
  const child = spawn(process.execPath, [program, '-', '--json'], { cwd: folder });
  const status = new Promise((resolve) => child.on('close', resolve));
  // Larger than any pipe: when it is taken, the program is reading.
  await new Promise((resolve) => child.stdin.write(Buffer.alloc(4 << 20), resolve));
  child.kill('SIGINT');
  expect(await status).toBe(130);
});

describe('the picture in the terminal', () => {
  const samples = Uint8ClampedArray.of(255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255);
  const drawn = (colourBits: number, columns = 80) => draw(samples, 2, 2, { columns, rows: 50, colourBits });
  const csi = '\x1b[';

  test('half blocks in true colour', () => {
    const left = `${csi}38;2;255;0;0m${csi}48;2;0;255;0m▀`;
    const right = `${csi}38;2;0;0;255m${csi}48;2;255;255;255m▀`;
    expect(drawn(24)).toBe(`${left}${right}${csi}0m\n`);
  });

  test('half blocks in 256 colours', () => {
    const left = `${csi}38;5;196m${csi}48;5;46m▀`;
    const right = `${csi}38;5;21m${csi}48;5;231m▀`;
    expect(drawn(8)).toBe(`${left}${right}${csi}0m\n`);
  });

  test('characters where there is no colour, no wider than the terminal', () => {
    expect(drawn(1)).toBe('-*\n');
    expect(drawn(1, 1)).toBe('=\n');
  });
});

describe('info', () => {
  test('says what runs here and why', async () => {
    const object = JSON.parse((await succeed(['info', '--json'])).toString());
    expect(object.backends).toContain(object.default);
    expect(object.reasons.at(-1)).toContain(object.default);
    expect((await succeed(['info'])).toString()).toContain(object.version);
  });

  test('also where the environment asks for what does not run', async () => {
    const object = JSON.parse((await succeed(['info', '--json'], { env: { SEPCONV_BACKEND: 'gpu' } })).toString());
    expect(object.default).toBe('none');
    expect(object.reasons[0]).toMatch(/backend: expected one of/);
  });
});

describe('demo', () => {
  test('writes the pictures and finds the same bits on every backend', async () => {
    const text = (await succeed(['demo', photograph, '--out-dir', 'demo'])).toString();
    for (const mode of ['depthwise', 'pointwise', 'separable']) {
      expect(text).toMatch(new RegExp(`^chelsea ${mode} .* yes$`, 'm'));
      expect((await sharp(at(`demo/chelsea-${mode}.png`)).metadata()).width).toBe(451);
    }
  });

  test('a folder that can not be made', () => fail(['demo', '--out-dir', 'rgb.png'], 1, /output: expected a folder/));
});
