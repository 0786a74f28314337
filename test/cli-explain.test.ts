// sepconv explain: numbers, drawings and what it refuses.
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cost, outputShape, receptiveField } from '../src/index.js';
import { at, fail, report, succeed } from './support/command-line.js';

const separable = ['explain', '--mode', 'separable', '--input', '224x224x32', '--kernel-size', '3'];

describe('one layer', () => {
  test('the numbers of the course', async () => {
    const text = (await succeed([...separable, '--out-channels', '64'])).toString();
    const rows = [
      'separable +separableConv2d',
      'input +1×224×224×32',
      'filters +3×3×32×1, 32×64',
      'padding +top 1, bottom 1, left 1, right 1 +same',
      'output +1×224×224×64 +\\(224 − 3 \\+ 2\\) / 1 \\+ 1 = 224',
      'receptive field +3×3 +every 1×1 pixels, the first centred at 0, 0',
      'parameters +2,336 +3·3·32·1 \\+ 32·64',
      'multiply-adds +117,211,136 +224·224 pixels, each 2,336',
      'bytes +19,276,928 +input, filters and output, once each',
      'intensity +12.16 +operations a byte, a multiply-add being two',
      'standard +924,844,032 +multiply-adds, and 18,432 parameters',
      'ratio +0.1267 +1/N \\+ 1/K² = 1/64 \\+ 1/9',
    ];
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(rows.length);
    for (const [i, row] of rows.entries()) expect(lines[i]).toMatch(new RegExp(`^${row}$`));
  });

  test('--json says what the analysis says', async () => {
    const args = ['--strides', '2', '--multiplier', '2', '--padding', 'same-lower', '--dilations', '1,3'];
    const { layers } = await report([...separable, ...args, '--out-channels', '8']);
    const options = { strides: 2, padding: 'same-lower', dilations: [1, 3] } as const;
    const shapes = [
      [3, 3, 32, 2],
      [64, 8],
    ] as const;
    const { outputShape: shape, ...counts } = cost('separableConv2d', [1, 224, 224, 32], shapes, options);
    expect(layers).toEqual([
      {
        mode: 'separable',
        operation: 'separableConv2d',
        inputShape: [1, 224, 224, 32],
        filterShapes: shapes,
        kernelSize: [3, 3],
        strides: [2, 2],
        dilations: [1, 3],
        outputShape: shape,
        padding: { top: 1, bottom: 0, left: 3, right: 2 },
        receptiveField: { size: [3, 7], jump: [2, 2], start: [0, 0] },
        ...counts,
      },
    ]);
  });

  test.each([
    ['depthwise', ['--kernel-size', '3,5', '--multiplier', '2'], [1, 9, 12, 8], 120],
    ['pointwise', ['--out-channels', '6', '--strides', '2'], [1, 5, 6, 6], 24],
    ['standard', ['--kernel-size', '3', '--groups', '2', '--padding', 'valid'], [1, 7, 10, 4], 72],
    ['spatial', ['--kernel-size', '3,5'], [1, 9, 12, 4], 8],
    ['transposed', ['--kernel-size', '4', '--padding', '1'], [1, 18, 24, 4], 256],
    ['maxpool', [], [1, 4, 6, 4], 0],
    ['avgpool', ['--window', '2', '--ceil-mode'], [1, 5, 6, 4], 0],
  ])('%s', async (mode, args, shape, parameters) => {
    const { layers } = await report(['explain', '--mode', mode, '--input', '9x12x4', ...args]);
    expect(layers[0]).toMatchObject({ mode, outputShape: shape, parameters });
    expect((await succeed(['explain', '--mode', mode, '--input', '9x12x4', ...args])).toString()).not.toMatch(
      /NaN|undefined/,
    );
  });
});

describe('a stack', () => {
  const stack = [
    { mode: 'standard', kernelSize: 3, strides: 2, outChannels: 16 },
    { mode: 'maxpool', window: [3, 2], strides: 2, padding: 1, ceilMode: true },
    { kernelSize: 5, dilations: 2 },
  ];

  test('each layer reads the output of the one before', async () => {
    writeFileSync(at('layers.json'), JSON.stringify(stack));
    const object = await report(['explain', '--input', '2x32x48x3', '--layers', 'layers.json']);
    const first = outputShape('conv2d', [2, 32, 48, 3], [3, 3, 3, 16], { strides: 2, padding: 'same' });
    const pooling = { windowDimensions: [3, 2], strides: 2, padding: 1, ceilMode: true } as const;
    const second = outputShape('maxPool2d', first, undefined, pooling);
    const shapes = object.layers.map((layer: { outputShape: number[] }) => layer.outputShape);
    expect(shapes).toEqual([first, second, second]);
    const fields = receptiveField([
      { kernelSize: 3, strides: 2, padding: { top: 0, bottom: 1, left: 0, right: 1 } },
      { kernelSize: [3, 2], strides: 2, padding: 1 },
      { kernelSize: 5, dilations: 2, padding: 4 },
    ]);
    expect(object.layers.map((layer: { receptiveField: object }) => layer.receptiveField)).toEqual(fields.layers);
    expect(object.total.parameters).toBe(3 * 3 * 3 * 16 + 5 * 5 * 16);
    const text = (await succeed(['explain', '--input', '32x48x3', '--layers', 'layers.json'])).toString();
    expect(text).toMatch(/^2 maxpool.*^3 depthwise.*^all layers\nparameters +832$/ms);
  });

  test('from a transposed convolution on the receptive field is not one', async () => {
    writeFileSync(at('up.json'), JSON.stringify([stack[0], { mode: 'transposed', kernelSize: 4 }, stack[0]]));
    const { layers } = await report(['explain', '--input', '32x48x3', '--layers', 'up.json']);
    const sizes = layers.map(({ receptiveField: field }: { receptiveField: { size: number[] } | null }) => field?.size);
    expect(sizes).toEqual([[3, 3], undefined, undefined]);
  });
});

describe('the drawing', () => {
  test('shows the taps, the padding and the receptive field', async () => {
    await succeed([...separable, '--dilations', '2', '--svg', 'layer.svg']);
    const svg = readFileSync(at('layer.svg'), 'utf8');
    // In three channels nine taps, the four lines that hold the filter and its outline; the pixel that either half gives;
    // and a column of the mix.
    expect(svg.match(/class="window"/g)).toHaveLength(3 * (9 + 4 + 1) + 2 * 3 + 1);
    expect(svg).toContain('padding: top 2, bottom 2, left 2, right 2');
    expect(svg).toContain('after layer 1: 5×5');
    expect(svg).toContain('prefers-color-scheme:dark');
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
    const { channels } = await sharp(Buffer.from(svg)).stats();
    expect(channels[0].min).toBeLessThan(64);
  });

  test.each([
    [['--mode', 'transposed', '--input', '2x3x4', '--kernel-size', '4'], 'taken off: top 1, bottom 1'],
    [['--mode', 'maxpool', '--input', '1x1x1', '--window', '1'], 'maxpool 1×1'],
    [['--mode', 'standard', '--input', '9x40x4', '--kernel-size', '31', '--strides', '40'], 'strides 40×40'],
  ])('%s', async (args, text) => {
    await succeed(['explain', ...args, '--svg', 'edge.svg', '--force']);
    const svg = readFileSync(at('edge.svg'), 'utf8');
    expect(svg).toContain(text);
    expect(svg).not.toMatch(/NaN|undefined|="-\d+" height|width="-/);
    await sharp(Buffer.from(svg)).metadata();
  });

  test('an existing one is kept', async () => {
    writeFileSync(at('kept.svg'), 'mine');
    await fail([...separable, '--svg', 'kept.svg'], 1, /svg: expected a new file.*--force/);
    expect(readFileSync(at('kept.svg'), 'utf8')).toBe('mine');
  });
});

describe('explain refuses', () => {
  const layer = ['explain', '--input', '9x9x4'];
  test.each<[string, string[], number, RegExp]>([
    [
      'no input',
      ['explain', '--kernel-size', '3'],
      2,
      /input: expected height x width x channels, .* got "none"; add --input/,
    ],
    ['an input of two sizes', ['explain', '--input', '9x9'], 2, /input: expected height x width x channels/],
    ['an input of words', ['explain', '--input', '9xax3'], 2, /input: expected height x width x channels/],
    ['no kernel size', layer, 2, /kernel-size: expected the size of the filter/],
    [
      'a size where there is none',
      [...layer, '--mode', 'pointwise', '--kernel-size', '3'],
      2,
      /no --kernel-size in mode pointwise/,
    ],
    [
      'strides of a spatial filter',
      [...layer, '-m', 'spatial', '--kernel-size', '3', '--strides', '2'],
      2,
      /no --strides in mode spatial/,
    ],
    [
      'groups that do not divide',
      [...layer, '-m', 'standard', '--kernel-size', '3', '--groups', '3'],
      2,
      /groups: exp/,
    ],
    [
      'half a channel',
      [...layer, '-m', 'pointwise', '--out-channels', '0.5'],
      2,
      /out-channels: expected a whole number/,
    ],
    ['a window too large', [...layer, '-m', 'maxpool', '--window', '10'], 1, /input height: expected at least 10/],
    ['a layer beside --layers', [...layer, '-m', 'maxpool', '--layers', 'x.json'], 2, /mode: expected nothing beside/],
    ['layers that are missing', [...layer, '--layers', 'none.json'], 1, /layers: .*ENOENT/],
  ])('%s', (_, args, status, sentence) => fail(args, status, sentence));

  test('layers that are none, and names the wrong one', async () => {
    const write = (text: string) => writeFileSync(at('wrong.json'), text);
    const args = [...layer, '--layers', 'wrong.json'];
    write('[{');
    await fail(args, 1, /layers: expected JSON/);
    write('[]');
    await fail(args, 1, /layers: expected a list of layers/);
    write('[{ "mode": "pointwise" }, { "mode": "maxpool", "window": 99 }]');
    await fail(args, 1, /layers\[1\]: input height: expected at least 99/);
    write('[{ "mode": "pointwise" }, { "mode": "maxpool", "windw": 2 }]');
    await fail(args, 2, /layers\[1\]: options: expected one of .*got "windw"; did you mean .window/);
  });
});
