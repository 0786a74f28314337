// The modes, each with a sign of what it does.
import type { ModeName } from '../../image/modes.js';
import type { Settings } from '../settings.js';

interface Shown {
  readonly key: string;
  readonly name: string;
  readonly mode: ModeName;
  readonly dilations?: string;
  /** What it does, in one sentence. */
  readonly sentence: string;
  readonly sign: string;
}

const layer = (y: number) => `M4 ${y}l12-5 12 5-12 5z`;
const three = layer(8) + layer(16) + layer(24);

export const shownModes: readonly Shown[] = [
  {
    key: 'depthwise',
    name: 'Depthwise',
    mode: 'depthwise',
    sentence: 'Each channel is filtered on its own: it looks around, and never mixes.',
    sign: `${three}M28 8h6M28 16h6M28 24h6`,
  },
  {
    key: 'pointwise',
    name: 'Pointwise',
    mode: 'pointwise',
    sentence: 'The channels of each pixel are mixed: it mixes, and never looks aside.',
    sign: `${three}M16 2v28`,
  },
  {
    key: 'separable',
    name: 'Separable',
    mode: 'separable',
    sentence: 'First each channel is filtered on its own, then the channels of each pixel are mixed.',
    sign: `${three}M28 8l6 8M28 16h6M28 24l6-8`,
  },
  {
    key: 'standard',
    name: 'Standard',
    mode: 'standard',
    sentence: 'One sum over the windows of all channels: it looks around and mixes at once.',
    sign: 'M4 11l12-5 12 5-12 5zM4 11v10l12 5 12-5v-10M16 16v10',
  },
  {
    key: 'spatial',
    name: 'Spatial',
    mode: 'spatial',
    sentence: 'A filter that is a column times a row is applied to the rows, then to the columns.',
    sign: 'M3 6h20v7h-20zM26 6h7v20h-7z',
  },
  {
    key: 'dilated',
    name: 'Dilated',
    mode: 'depthwise',
    dilations: '4',
    sentence: 'The taps stand apart, so that the same few weights see further.',
    sign: 'M4 4h6v6h-6zM16 4h6v6h-6zM28 4h6v6h-6zM4 20h6v6h-6zM16 20h6v6h-6zM28 20h6v6h-6z',
  },
  {
    key: 'transposed',
    name: 'Transposed',
    mode: 'transposed',
    sentence: 'Each pixel is spread over its surroundings: the picture grows by the strides.',
    sign: 'M4 12h8v8h-8zM12 14l8-10h14v24h-14l-8-10',
  },
  {
    key: 'maxpool',
    name: 'Max pool',
    mode: 'maxpool',
    sentence: 'The largest value under each window is kept, the others are forgotten.',
    sign: 'M4 4h24v24h-24zM4 16h24M16 4v24M18 6h8v8h-8z',
  },
  {
    key: 'avgpool',
    name: 'Avg pool',
    mode: 'avgpool',
    sentence: 'The mean of the values under each window.',
    sign: 'M4 4h24v24h-24zM4 16h24M16 4v24M12 12h8v8h-8z',
  },
];

export function shownMode({ mode, dilations }: Settings): Shown {
  const isDilated = mode === 'depthwise' && dilations !== undefined && dilations !== '1';
  return shownModes.find(({ key }) => key === (isDilated ? 'dilated' : mode))!;
}

interface Props {
  readonly settings: Settings;
  onChange(settings: Settings): void;
}

export function Modes({ settings, onChange }: Props) {
  const chosen = shownMode(settings);
  return (
    <fieldset class="modes">
      <legend class="hidden">Mode</legend>
      {shownModes.map((shown) => (
        <label key={shown.key}>
          <input
            type="radio"
            name="mode"
            value={shown.key}
            checked={shown === chosen}
            onChange={() => onChange({ ...settings, mode: shown.mode, dilations: shown.dilations })}
          />
          <span>
            <svg viewBox="0 0 38 32" aria-hidden="true">
              <path d={shown.sign} />
            </svg>
            {shown.name}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
