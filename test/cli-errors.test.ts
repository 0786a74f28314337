// What the command line refuses: one sentence, the right status, nothing left behind.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { formatNpy } from '../src/image/npy.js';
import { tensor } from '../src/index.js';
import { at, encoded, fail, jpeg, photograph, steps, succeed } from './support/command-line.js';

describe('wrong usage is status 2', () => {
  const known = ['rgb.png', '--json'];
  test.each<[string, string[], RegExp]>([
    ['an unknown option', [...known, '--colour'], /unknown option/],
    ['an option misspelt', [...known, '--kernl', 'box:3'], /unknown option '--kernl' \(Did you mean --kernel\?\)/],
    ['an option without its value', [...known, '--kernel'], /argument missing/],
    ['a second picture', [...known, 'grey.png'], /picture: expected one picture/],
    ['an unknown mode', [...known, '-m', 'deepwise'], /mode: expected one of 'depthwise'.*did you mean 'depthwise'\?/],
    [
      'an unknown mode, told first',
      ['none.png', '--range', 'x', '-m', 'deepwise', '-o', 'x.bmp'],
      /mode: expected one of/,
    ],
    ['an unknown preset', [...known, '-k', 'sobel'], /kernel: .*sobel-x.* got "sobel"; did you mean 'sobel-x'\?/],
    ['an unknown matrix', [...known, '-m', 'pointwise', '-p', 'lume'], /pointwise: expected a preset .*luma/],
    ['an unknown border', [...known, '--border', 'mirror'], /border: expected one of 'zero'/],
    ['a bias that is no number', [...known, '--bias', 'x'], /bias: expected a number, or one for each of the output/],
    ['too few biases', [...known, '--bias', '1,2'], /bias: expected a number, or one for each of 3 output/],
    ['a bias of a pooling', [...known, '-m', 'maxpool', '--bias', '1'], /no --bias in mode maxpool/],
    ['an unknown activation', [...known, '--activation', 'rellu'], /activation: .*did you mean 'relu'\?/],
    ['an unknown range', [...known, '--range', 'full'], /range: expected one of 'clamp'/],
    ['an unknown backend', [...known, '--backend', 'gpu'], /backend: expected one of/],
    ['no threads', [...known, '--threads', '0'], /threads: expected an integer/],
    ['a stride of 0', [...known, '--strides', '0'], /strides: expected/],
    ['a dilation of one half', [...known, '--dilations', '0.5'], /dilations: expected/],
    ['a negative padding', [...known, '--padding', '-1'], /padding: expected/],
    ['a padding of four', [...known, '--padding', '1,1,1,1'], /padding: expected/],
    [
      'a filter as a matrix',
      [...known, '-m', 'pointwise', '-k', 'box:3'],
      /kernel: expected a preset \(identity, mean, luma/,
    ],
    [
      'two matrices',
      [...known, '-m', 'pointwise', '-k', 'mean', '-p', 'luma'],
      /kernel: expected one matrix, by --kernel or/,
    ],
    ['a border where there is none', [...known, '-m', 'pointwise', '--border', 'wrap'], /no --border in mode/],
    ['strides where there are none', [...known, '-m', 'spatial', '--strides', '2'], /no --strides in mode spatial/],
    ['a filter of a pooling', [...known, '-m', 'maxpool', '-k', 'box:3'], /no --kernel in mode maxpool/],
    ['a border of a pooling', [...known, '-m', 'avgpool', '--border', 'zero'], /no --border in mode avgpool/],
    ['a window of a filter', [...known, '--window', '2'], /no --window in mode depthwise/],
    ['ceil mode of a filter', [...known, '--ceil-mode'], /no --ceil-mode in mode depthwise/],
    ['a mean of maxima', [...known, '-m', 'maxpool', '--count-include-pad'], /no --count-include-pad in mode maxpool/],
    ['a matrix in mode standard', [...known, '-m', 'standard', '-p', 'luma'], /no --pointwise in mode standard/],
    ['a window of 0', [...known, '-m', 'maxpool', '--window', '0'], /window: expected a whole number of at least 1/],
    [
      'an unknown command',
      ['explian', 'x'],
      /command: expected a picture, or one of .*got "explian"; did you mean 'explain'/,
    ],
    ['a word', ['list'], /command: expected a picture, or one of .*explain, .*got "list"; see sepconv --help/],
    ['no place for the result', ['rgb.png'], /-o FILE/],
    ['two results on stdout', [...known, '--show'], /one of --show, --json/],
    ['an unknown extension', ['rgb.png', '-o', 'out.bmp'], /a name that ends in \.png/],
  ])('%s', (_, args, sentence) => fail(args, 2, sentence));
});

describe('what fails is status 1, and leaves nothing behind', () => {
  const out = ['-o', 'never.png'];

  test('a missing picture', () => fail(['none.png', ...out], 1, /picture: .*none\.png.*ENOENT/));
  test('a folder as a picture', () => fail(['.', ...out], 1, /picture: .*EISDIR/));
  test('a missing filter', () => fail(['rgb.png', '-k', 'none.npy', ...out], 1, /kernel: .*ENOENT/));

  test.each<[string, (file: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['of text', () => Buffer.from('no picture')],
    ['cut in its header', (file) => file.subarray(0, 20)],
    ['cut in its data', (file) => file.subarray(0, file.length / 2)],
    ['damaged in its data', (file) => Buffer.from(file).fill(0x55, 100_000, 100_010)],
  ])('a picture that is %s', async (_, damage) => {
    writeFileSync(at('broken.png'), damage(readFileSync(photograph)));
    await fail(['broken.png', ...out], 1, /broken\.png: expected a whole PNG, JPEG, WebP, AVIF, TIFF or GIF picture/);
  });

  test.each([
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ['grey.pgm', 'P5 1 1 255 a'],
    ['page.pdf', '%PDF-1.4'],
  ])('%s, which is in no known format', async (name, text) => {
    writeFileSync(at(name), text);
    const sentence = /a whole PNG, JPEG, WebP, AVIF, TIFF or GIF picture, or \.npy, got .* unsupported image format/;
    await fail([name, ...out], 1, sentence);
  });

  test('a picture of other samples', async () => {
    const lab = encoded(steps(36), 4, 3, 'srgb').toColourspace('lab').tiff({ compression: 'none' });
    writeFileSync(at('lab.tif'), await lab.toBuffer());
    const sentence = /lab\.tif: expected grey, RGB or CMYK with 8 or 16 bits a sample, got "lab float"/;
    await fail(['lab.tif', ...out], 1, sentence);
  });

  test('a cut JPEG', async () => {
    writeFileSync(at('cut.jpg'), readFileSync(jpeg).subarray(0, 60_000));
    await fail(['cut.jpg', ...out], 1, /cut\.jpg: .*premature end/);
  });

  test('a broken .npy picture', async () => {
    writeFileSync(at('broken.npy'), formatNpy(tensor(new Float32Array(4), [2, 2])).subarray(0, 140));
    await fail(['broken.npy', ...out], 1, /broken\.npy: expected 16 bytes of data/);
  });

  test('broken filters', async () => {
    writeFileSync(at('broken.json'), '[[1, 2], [3');
    await fail(['rgb.png', '-k', 'broken.json', ...out], 1, /broken\.json: expected JSON/);
    writeFileSync(at('ragged.json'), '[[1, 2], [3]]');
    await fail(['rgb.png', '-k', 'ragged.json', ...out], 1, /ragged\.json: expected lists of as many items each, 2/);
    writeFileSync(at('object.json'), '{"kernel": [[1]]}');
    const sentence = /object\.json: expected nested lists of numbers, got an object with kernel/;
    await fail(['rgb.png', '-k', 'object.json', ...out], 1, sentence);
    writeFileSync(at('words.json'), '[["1"]]');
    await fail(['rgb.png', '-k', 'words.json', ...out], 1, /words\.json: expected numbers in the lists, got "1"/);
    writeFileSync(at('header.csv'), 'a,b\n1,2\n');
    await fail(['rgb.png', '-k', 'header.csv', ...out], 1, /header\.csv: expected numbers, got "a"/);
    writeFileSync(at('empty.txt'), '# nothing\n');
    await fail(['rgb.png', '-k', 'empty.txt', ...out], 1, /empty\.txt: expected numbers, got "nothing/);
  });

  test('channels that do not fit', async () => {
    await fail(['grey.png', '-m', 'pointwise', '-p', 'luma', ...out], 1, /pointwise: expected 3 channels .* got 1/);
    await fail(['rgb.png', '-m', 'pointwise', '-p', '1 2; 3 4', ...out], 1, /pointwise: expected a matrix of 3 rows/);
    writeFileSync(at('two.json'), '[[[1, 2]]]');
    await fail(['rgb.png', '-k', 'two.json', ...out], 1, /kernel: expected 1 channel, or the 3 of the picture/);
    await fail(['rgb.png', '-m', 'pointwise', '-p', '1 2; 3 4; 5 6', ...out], 1, /one picture of 1 or 3 channels/);
  });

  test('a window larger than the picture', () =>
    fail(['rgb.png', '-m', 'maxpool', '--window', '9', ...out], 1, /input height: expected at least 9/));

  test('a filter larger than the picture', () =>
    fail(['rgb.png', '-k', 'box:9', '--padding', 'valid', ...out], 1, /input height: expected at least 9/));

  test('an existing output, which --force replaces', async () => {
    writeFileSync(at('kept.png'), 'mine');
    await fail(['rgb.png', '-o', 'kept.png'], 1, /output: expected a new file.*--force/);
    expect(readFileSync(at('kept.png'), 'utf8')).toBe('mine');
    await fail(['none.png', '-o', 'kept.png', '--force'], 1, /ENOENT/);
    expect(readFileSync(at('kept.png'), 'utf8')).toBe('mine');
    await succeed(['rgb.png', '-o', 'kept.png', '--force']);
    expect((await sharp(at('kept.png')).metadata()).format).toBe('png');
  });

  test('an output that can not be written', async () => {
    await fail(['rgb.png', '-o', 'nowhere/out.png'], 1, /output: .*ENOENT/);
    await fail(['rgb.png', '-o', 'rgb.png/out.png'], 1, /output: .*ENOTDIR/);
    mkdirSync(at('folder.png'));
    await fail(['rgb.png', '-o', 'folder.png', '--force'], 1, /output: expected a regular file/);
  });

  test('a picture too large for its format', async () => {
    writeFileSync(at('long.npy'), formatNpy(tensor(new Float32Array(70_000), [1, 70_000])));
    await fail(
      ['long.npy', '-o', 'long.jpg'],
      1,
      /output: expected at most 65500 pixels a side, as jpeg holds, got "70000 wide and 1 high"; write it as png/,
    );
  });
});
