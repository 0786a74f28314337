// The command line as a process: help, every command with wrong, empty and repeated options, files that are none.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activationForms } from '../src/image/activation-texts.js';
import { type Mode, modeNames, modeOptions, modes } from '../src/image/modes.js';
import { flagOf } from '../src/image/option-texts.js';
import { at, fail, report, results, spawnSepconv, succeed } from './support/command-line.js';

const helpOf = async (...command: string[]) => (await succeed([...command, '--help'], {})).toString();
const commands = ['batch', 'worker', 'explain', 'info', 'build', 'verify', 'playground', 'bench', 'demo', 'help'];

describe('help', () => {
  test.each([
    ['nosuch', /command: expected one of batch, worker, .*, help, got "nosuch"; see sepconv --help/],
    ['explian', /command: .* got "explian"; did you mean 'explain'\?/],
  ])('of a command that is none: %s', (name, sentence) => fail(['help', name], 2, sentence, {}));

  test('of every command, alike', async () => {
    const list = (await helpOf()).split('Commands:')[1].split('\n\n')[0];
    for (const name of commands) {
      const own = await helpOf(name);
      expect((await succeed(['help', name], {})).toString()).toBe(own);
      const [usage, sentence] = own.split('\n\n');
      expect(usage).toMatch(new RegExp(`^Usage: sepconv ${name}`));
      // Imperative, as a sentence here and as a part of one in the list.
      expect(sentence).toMatch(/^[A-Z](?!\w*s )[\s\S]*[^.]\.$/);
      expect(list).toMatch(new RegExp(`^  ${name} .*  [a-z](?!\\w*s )`, 'm'));
    }
    expect(list).not.toMatch(/\.$/m);
  });

  test.each(['', ...commands])('writes every default alike: %s', async (name) => {
    const text = (await helpOf(...(name ? [name] : []))).replace(/\s+/g, ' ');
    expect(text).not.toMatch(/\(default[^:]|\(default: "/);
  });

  test('says which options each mode takes, and the others are refused', async () => {
    const table = (await helpOf()).split('Options that they take\n')[1].split('\n\n')[0];
    const [head, ...rows] = table.split('\n');
    expect(head.trim().split(/ +/)).toEqual(modeNames);
    expect(rows.map((row) => row.trim().split(' ')[0])).toEqual(modeOptions.map((option) => `--${flagOf(option)}`));
    for (const [i, option] of modeOptions.entries()) {
      for (const mode of modeNames) {
        const { options }: Mode = modes[mode];
        expect(rows[i][head.indexOf(mode)] === 'x', `${mode} ${option}`).toBe(options.includes(option));
      }
    }
    expect(rows[modeOptions.indexOf('border')][head.indexOf('pointwise')]).toBe(' ');
    await fail(['rgb.png', '--json', '-m', 'pointwise', '--border', 'zero'], 2, /no --border in mode pointwise/, {});
  });

  test('says which sizes a layer of each mode has', async () => {
    const [head, ...rows] = (await helpOf('explain')).split('a layer takes\n')[1].split('\n\n')[0].split('\n');
    const marks = Object.fromEntries(rows.map((row) => [row.trim().split(' ')[0], row]));
    expect(marks['--groups'][head.indexOf('standard')]).toBe('x');
    expect(marks['--groups'][head.indexOf('depthwise')]).toBe(' ');
    const args = ['explain', '--input', '8x8x2', '--kernel-size', '3', '--groups', '2'];
    await fail(args, 2, /no --groups in mode depthwise/, {});
    await succeed([...args, '--mode', 'standard'], {});
  });
});

describe('activations', () => {
  const kernel = ['grey.png', '-k', '.1', '--bias=-2.5'];

  test('with numbers', async () => {
    const first = async (activation: string) => (await results([...kernel, '--activation', activation])).slice(4, 8);
    expect(await first('linear')).toEqual([-0.5, 0, 0.5, 1]);
    expect(await first('clamp:-.25,.5')).toEqual([-0.25, 0, 0.5, 0.5]);
    expect(await first('leakyRelu:0.5')).toEqual([-0.25, 0, 0.5, 1]);
    expect(await first('prelu:0.25')).toEqual([-0.125, 0, 0.5, 1]);
    expect(await first('elu:0')).toEqual([-0, 0, 0.5, 1]);
    const each = ['rgb.png', '-k', '1', '--bias=-20', '--activation', 'prelu:0,.5,1'];
    expect((await results(each)).slice(0, 3)).toEqual([-0, -7.5, -10]);
  });

  test('every form that is offered can be given, to every command', async () => {
    const numbers: Record<string, string> = { 'min,max': '0,6', alpha: '.5', 'slope[,slope…]': '.5' };
    for (const form of activationForms) {
      const [name, numbered] = form.replace(/\[:alpha\]$/, ':alpha').split(':');
      const text = numbered === undefined ? name : `${name}:${numbers[numbered]}`;
      expect(await report(['grey.png', '--activation', text])).toMatchObject({ activation: text });
    }
    const given = ['--activation', 'clamp:0,6'];
    const explained = await report(['explain', 'grey.png', ...given], {});
    expect(explained).toMatchObject({ settings: { activation: 'clamp:0,6' }, results: [6] });
    expect((await spawnSepconv(['batch', 'grey.png', '--out-dir', 'clamped', ...given])).status).toBe(0);
    await succeed(['grey.png', '-o', 'clamped.png', ...given]);
    expect(readFileSync(at('clamped/grey.png'))).toEqual(readFileSync(at('clamped.png')));
  });

  test.each<[string, RegExp]>([
    ['clamp', /activation: expected clamp:min,max, got "clamp"; write clamp:0,6/],
    ['clamp:1', /activation: expected clamp:min,max/],
    ['clamp:6,0', /activation: expected min ≤ max/],
    ['clamp:0,x', /activation: expected clamp:min,max, got "clamp:0,x"/],
    ['prelu', /activation: expected prelu:slope\[,slope…\], got "prelu"; write prelu:0\.25/],
    ['prelu:1,2', /activation: expected a number, or one for each of 3 output channels/],
    ['elu:', /activation: expected elu\[:alpha\]/],
    ['relu:1', /activation: expected relu alone/],
    ['rellu', /activation: expected one of linear, relu, relu6, clamp:min,max, .*did you mean 'relu'\?/],
  ])('%s is refused', async (text, sentence) => {
    await fail(['rgb.png', '--json', '--activation', text], 2, sentence, {});
    await fail(['explain', 'rgb.png', '--activation', text], 2, sentence);
    await fail(['batch', 'rgb.png', '--out-dir', 'never', '--activation', text], 2, sentence);
  });
});

const layer = ['explain', '--input', '8x8x2'];
const batch = ['batch', 'rgb.png', '--out-dir', 'never'];
const worker = ['worker', '--root', '.', '--queue', 'redis://127.0.0.1:1'];

describe('wrong usage is status 2', () => {
  test.each<[string[], RegExp]>([
    [['info', 'extra'], /too many arguments for 'info'/],
    [['build', 'extra'], /too many arguments/],
    [['verify', 'extra'], /too many arguments/],
    [['bench', 'extra'], /too many arguments/],
    [['playground', 'extra'], /too many arguments/],
    [['worker', ...worker.slice(1), 'extra'], /too many arguments/],
    [['explain', 'rgb.png', 'grey.png'], /too many arguments/],
    [['--mode', 'spatial', 'explain'], /mode: expected no option before the command explain, got "--mode"; write it/],
    [['--force', 'demo'], /force: expected no option before the command demo/],
    [['explain', '--at', 'x'], /at: expected y,x in the result, got "x"; write 12,34/],
    [['explain', '--at', '1'], /at: expected y,x in the result, got "1"/],
    [['explain', '--at', '9999,1'], /at: expected y,x in the result, up to 63,95, got "9999,1"/],
    [['explain', 'none.png', '--strides', '0'], /strides: expected a whole number of at least 1/],
    [['explain', 'none.png', '--max-pixels', 'x'], /max-pixels: expected a whole number of at least 1, got "x"/],
    [[...layer, '--max-pixels', '9'], /explain: expected a picture, or a layer/],
    [[...layer, '--kernel-size', 'x'], /kernel-size: expected a whole number/],
    [[...layer, '--kernel-size', '3', '--mode', 'standard', '--out-channels', 'x'], /out-channels: expected a whole/],
    [[...layer, '--kernel-size', '3', '--multiplier', '0'], /multiplier: expected a whole number/],
    [['rgb.png', '--json', '--threads', 'x'], /threads: expected an integer from 1 to 256, got "x"; leave it out/],
    [['rgb.png', '--json', '--threads', '1.5'], /threads: expected an integer from 1 to 256, got 1\.5/],
    [['bench', '--threads', 'x'], /threads: expected an integer from 1 to 256, got "x"/],
    [[...batch, '--threads', 'x'], /threads: expected an integer from 1 to 256, got "x"/],
    [['none.png', '--json', '--bias', '1,x'], /bias: expected a number, or one for each/],
    [['none.png', '--json', '--border', 'mirror'], /border: expected one of 'zero'/],
    [[...batch, '--bias', 'x'], /bias: expected a number/],
    [[...batch, '--concurrency', '0'], /concurrency: expected a whole number of at least 1/],
    [[...batch, '--name', '{x}'], /name: expected a name with {dir}/],
    [['playground', '--port', '65536'], /port: expected a whole number from 0 to 65535, got "65536"/],
    [[...worker, '--health-port', '99999'], /health-port: expected a whole number from 1 to 65535, got "99999"/],
    [[...worker, '--grace', 'x'], /grace: expected a whole number/],
    [['demo', '--max-pixels', 'x'], /max-pixels: expected a whole number/],
    [['demo', 'rgb.png', './rgb.png'], /pictures: expected a name of its own for each, got "rgb twice"/],
  ])('%j', (args, sentence) => fail(args, 2, sentence, {}));

  test.each<[string[], string]>([
    ...['mode', 'kernel', 'strides', 'activation', 'bias', 'range', 'output', 'backend', 'isa', 'threads'].map(
      (name): [string[], string] => [['rgb.png', '--json', `--${name}=`], name],
    ),
    [[''], 'picture'],
    [['explain', ''], 'picture'],
    [['explain', '--svg='], 'svg'],
    [['explain', '--layers='], 'layers'],
    [['bench', '--only='], 'only'],
    [['verify', '--vectors='], 'vectors'],
    [['playground', '--port='], 'port'],
    [['demo', '--out-dir='], 'out-dir'],
    [['batch', 'rgb.png', '--out-dir='], 'out-dir'],
    [[...batch, '--name='], 'name'],
    [[...batch, '--queue='], 'queue'],
    [[...worker, '--concurrency='], 'concurrency'],
  ])('an empty value: %j', (args, name) =>
    fail(args, 2, new RegExp(`sepconv: ${name}: expected a value, got ""; give one, or`), {}),
  );

  test('an empty variable of the environment is none, and a wrong one is told as it stands there', async () => {
    const env = { SEPCONV_THREADS: 'many' };
    await fail(['rgb.png', '--json'], 2, /threads: expected an integer from 1 to 256, got "many"/, { env });
    await fail(['explain', 'rgb.png'], 2, /threads: expected an integer from 1 to 256, got "many"/, { env });
    await succeed(['rgb.png', '--json'], { env: { SEPCONV_THREADS: '', SEPCONV_BACKEND: '', SEPCONV_ISA: '' } });
  });
});

test('of an option that is given twice the last one counts', async () => {
  expect(await report(['rgb.png', '-k', 'nothing', '-k', 'box:5'], {})).toMatchObject({ kernel: 'box:5' });
});

describe('what fails is status 1', () => {
  test.each<[string[], RegExp]>([
    [['explain', 'none.png'], /picture: expected a readable file, got "none\.png" \(ENOENT\); check the path/],
    [['explain', '.'], /picture: .*EISDIR/],
    [['explain', 'rgb.png', '--max-pixels', '11'], /rgb\.png: expected at most 11 pixels, got "12, 4 wide and 3 high"/],
    [
      ['explain', 'rgb.png', '--svg', 'nowhere/a.svg'],
      /svg: expected a writable file, got "nowhere\/a\.svg" \(ENOENT\)/,
    ],
    [['explain', 'rgb.png', '--svg', '.'], /svg: expected a regular file, got "\."; choose another name/],
    [['explain', 'rgb.png', '--svg', 'rgb.png'], /svg: expected a new file, got "rgb\.png, which exists".*--force/],
    [['bench', '--svg', '.'], /svg: expected a regular file/],
    [[...layer, '--layers', 'none.json'], /layers: expected a readable file, got "none\.json" \(ENOENT\)/],
    [[...layer, '--layers', '.'], /layers: .*EISDIR/],
    [[...layer, '--layers', 'rgb.png'], /layers: expected JSON, got "rgb\.png/],
    [['verify', '--vectors', '.'], /vectors: expected a readable file, got "\." \(EISDIR\)/],
    [['demo', 'none.png'], /picture: expected a readable file/],
    [['demo', 'rgb.png', '--max-pixels', '11'], /rgb\.png: expected at most 11 pixels/],
    [['demo', '--out-dir', 'rgb.png'], /out-dir: expected a folder, got "rgb\.png" \(EEXIST\)/],
    [['batch', 'rgb.png', '--out-dir', 'rgb.png'], /out-dir: expected a folder/],
    [['worker', '--root', 'none', '--queue', 'redis://127.0.0.1:1'], /root: expected a folder, got "none" \(ENOENT\)/],
  ])('%j', (args, sentence) => fail(args, 1, sentence, {}));
});

test('demo keeps existing files unless it is forced', async () => {
  mkdirSync(at('kept'));
  writeFileSync(at('kept/sample-separable.png'), 'mine');
  await fail(
    ['demo', '--out-dir', 'kept'],
    1,
    /output: expected a new file, got "kept\/sample-separable\.png, which/,
    {},
  );
  expect(readdirSync(at('kept'))).toEqual(['sample-separable.png']);
  expect((await spawnSepconv(['demo', '--out-dir', 'kept', '--force'])).status).toBe(0);
  expect(readFileSync(at('kept/sample-separable.png'), 'latin1')).toMatch(/^\x89PNG/);
});
