// What the visitor sets: the filter, the mix, where windows stand, and how results become light.
import type { Outcome } from '../compute/session.js';
import type { Settings } from '../settings.js';
import { Choice, Select, Slider } from './fields.js';
import { Numbers, toText } from './numbers.js';

interface Props {
  readonly settings: Settings;
  readonly outcome: Outcome | undefined;
  onChange(settings: Settings): void;
}

const kernels = [
  'identity',
  'sobel-x',
  'sobel-y',
  'laplacian',
  'sharpen',
  'emboss',
  'box:5',
  'gaussian:9',
  'motion:15',
] as const;
const mixes = ['identity', 'luma', 'mean', 'sepia', 'swap-rb', 'saturate:2'] as const;
const activations = ['linear', 'relu', 'relu6', 'leakyRelu', 'elu', 'sigmoid', 'tanh', 'hardSwish'] as const;

export function Controls({ settings, outcome, onChange }: Props) {
  const set = (change: Partial<Settings>) => onChange({ ...settings, ...change });
  const shown = { settings, outcome, set };
  return (
    <div class="controls">
      {outcome?.kernel ? <Filter {...shown} /> : null}
      {outcome?.pointwise ? <Mix {...shown} /> : null}
      {outcome ? <Window {...shown} outcome={outcome} /> : null}
      <Choice
        label="Results become light"
        value={settings.range ?? 'clamp'}
        options={[
          ['clamp', 'as they are'],
          ['abs', 'without sign'],
          ['normalize', 'stretched'],
        ]}
        onChange={(range) => set({ range: range === 'clamp' ? undefined : range })}
      />
      {outcome && outcome.clipped > 0.02 && (settings.range ?? 'clamp') === 'clamp' ? (
        <p class="hint">
          {Math.round(outcome.clipped * 100)} % of the values lie outside of 0–255 and are cut off; “without sign” or
          “stretched” shows them.
        </p>
      ) : null}
    </div>
  );
}

interface PartProps {
  readonly settings: Settings;
  readonly outcome: Outcome | undefined;
  set(change: Partial<Settings>): void;
}

function Presets({ names, text, onChoose }: { names: readonly string[]; text: string; onChoose(name: string): void }) {
  return (
    <div class="presets">
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={text.split(':')[0] === name.split(':')[0]}
          onClick={() => onChoose(name)}
        >
          {name.split(':')[0]}
        </button>
      ))}
    </div>
  );
}

function Filter({ settings, outcome, set }: PartProps) {
  const grid = outcome!.kernel!;
  const [name, ...numbers] = grid.text.split(':');
  const [size, sigma] = numbers.map(Number);
  const isSized = ['gaussian', 'box', 'motion'].includes(name);
  const resize = (rows: number, columns: number) => set({ kernel: resized(grid, rows, columns) });
  return (
    <section class="part">
      <h2>Filter</h2>
      <Presets names={kernels} text={grid.text} onChoose={(kernel) => set({ kernel })} />
      {isSized ? (
        <Slider
          label="size"
          value={String(size)}
          min={1}
          max={31}
          onChange={(k) => set({ kernel: [name, k, ...numbers.slice(1)].join(':') })}
        />
      ) : null}
      {name === 'gaussian' ? (
        <Slider
          label="sigma"
          value={String(sigma ?? Math.round((0.3 * ((size - 1) * 0.5 - 1) + 0.8) * 100) / 100)}
          min={0.3}
          max={8}
          step={0.1}
          onChange={(value) => set({ kernel: `gaussian:${size}:${value}` })}
        />
      ) : null}
      {grid.rows <= 9 && grid.columns <= 15 ? (
        <Numbers label="the filter" grid={grid} onChange={(kernel) => set({ kernel })} />
      ) : (
        <p class="hint">
          {grid.rows} × {grid.columns} numbers, too many to write here
        </p>
      )}
      <div class="row">
        <Slider
          label="rows"
          value={String(grid.rows)}
          min={1}
          max={9}
          onChange={(n) => resize(Number(n), grid.columns)}
        />
        <Slider
          label="columns"
          value={String(grid.columns)}
          min={1}
          max={9}
          onChange={(n) => resize(grid.rows, Number(n))}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={settings.flip === true}
            onChange={(event) => set({ flip: event.currentTarget.checked || undefined })}
          />
          turned by 180°
        </label>
      </div>
    </section>
  );
}

/** The same numbers about the same middle, with zeros around. */
function resized({ rows, columns, values }: NonNullable<Outcome['kernel']>, high: number, wide: number): string {
  const [top, left] = [Math.floor((high - rows) / 2), Math.floor((wide - columns) / 2)];
  const numbers = Array.from({ length: high * wide }, (_, i) => {
    const [row, column] = [Math.floor(i / wide) - top, (i % wide) - left];
    const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
    return isInside ? values[row * columns + column] : 0;
  });
  return toText(numbers, wide);
}

function Mix({ outcome, set }: PartProps) {
  const grid = outcome!.pointwise!;
  return (
    <section class="part">
      <h2>Mix of the channels</h2>
      <Presets names={mixes} text={grid.text} onChoose={(pointwise) => set({ pointwise })} />
      <Numbers
        label="the mix: a row for each channel read, a column for each channel given"
        grid={grid}
        rowNames={outcome!.inputNames}
        columnNames={outcome!.channelNames}
        onChange={(pointwise) => set({ pointwise })}
      />
    </section>
  );
}

function Window({ settings, outcome, set }: PartProps & { readonly outcome: Outcome }) {
  const { effective, refusals } = outcome;
  const number = (name: 'window' | 'strides' | 'dilations', label: string, max: number) => (
    <Slider
      label={label}
      value={effective[name] ?? '1'}
      min={1}
      max={max}
      refusal={refusals[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  const isPooling = effective.window !== undefined;
  return (
    <section class="part">
      <h2>Windows</h2>
      {isPooling ? number('window', 'size', 16) : null}
      {number('strides', 'stride', 8)}
      {number('dilations', 'dilation', 16)}
      <div class="row">
        <Select
          label="padding"
          value={effective.padding ?? 'valid'}
          refusal={refusals.padding}
          options={[
            ['same', 'same: as large as the picture'],
            ['same-lower', 'same, the odd one first'],
            ['valid', 'valid: none'],
            ['2', '2 on each side'],
          ]}
          onChange={(padding) => set({ padding })}
        />
        <Select
          label="beyond the edge"
          value={effective.border ?? 'zero'}
          refusal={refusals.border}
          options={[
            ['replicate', 'the edge again'],
            ['reflect', 'a mirror'],
            ['wrap', 'the other side'],
            ['zero', 'black'],
          ]}
          onChange={(border) => set({ border })}
        />
        <Select
          label="activation"
          value={settings.activation ?? 'linear'}
          refusal={refusals.activation}
          options={activations.map((name) => [name, name === 'linear' ? 'linear: none' : name])}
          onChange={(activation) => set({ activation: activation === 'linear' ? undefined : activation })}
        />
      </div>
    </section>
  );
}
