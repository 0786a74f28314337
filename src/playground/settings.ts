// What the visitor has chosen, and how it stands in the address: as the command line would write it.
import type { ModeName } from '../image/modes.js';
import type { JobTexts } from '../image/named-job.js';

/** Texts as the command line takes them; absent is the mode's default. */
export interface Settings extends Omit<JobTexts, 'bias' | 'ceilMode' | 'countIncludePad'> {
  readonly mode: ModeName;
  readonly range?: string | undefined;
}

/** Where the visitor looks. */
export interface Place {
  /** The output pixel under the cursor, and its channel. */
  readonly y: number;
  readonly x: number;
  readonly channel: number;
}

export interface PageState {
  readonly settings: Settings;
  /** Undefined: the middle of the picture. */
  readonly place: Place | undefined;
  /** Of a built-in picture; one of the visitor's own is not part of the address. */
  readonly picture: string;
  /** Layers as the stack's editor writes them; see `stack.ts`. */
  readonly stack: string;
}

export const modeNames: readonly ModeName[] = [
  'depthwise',
  'pointwise',
  'separable',
  'spatial',
  'standard',
  'transposed',
  'maxpool',
  'avgpool',
];

const texts = [
  'kernel',
  'pointwise',
  'window',
  'strides',
  'dilations',
  'padding',
  'border',
  'activation',
  'range',
] as const;

export const firstState: PageState = {
  settings: { mode: 'depthwise' },
  place: undefined,
  picture: 'cat',
  stack: '3s2 3 3s2 3 3s2 3',
};

/** The part of an address after #, with whatever differs from the first state. */
export function toAddress({ settings, place, picture, stack }: PageState): string {
  const parts = new URLSearchParams();
  parts.set('mode', settings.mode);
  for (const name of texts) if (settings[name] !== undefined) parts.set(name, settings[name]);
  if (settings.flip) parts.set('flip', '');
  if (place !== undefined) parts.set('at', [place.y, place.x, place.channel].join(','));
  if (picture !== firstState.picture) parts.set('picture', picture);
  if (stack !== firstState.stack) parts.set('stack', stack);
  return parts.toString();
}

/** Reads an address; whatever is no state of the page is as if absent. */
export function fromAddress(hash: string): PageState {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const mode = modeNames.find((name) => name === parts.get('mode')) ?? firstState.settings.mode;
  const given = texts.flatMap((name) => (parts.has(name) ? [[name, parts.get(name)]] : []));
  return {
    settings: { mode, ...Object.fromEntries(given), ...(parts.has('flip') ? { flip: true } : {}) },
    place: readPlace(parts.get('at')),
    picture: parts.get('picture') ?? firstState.picture,
    stack: parts.get('stack') ?? firstState.stack,
  };
}

function readPlace(text: string | null): Place | undefined {
  const numbers = text?.split(',').map(Number) ?? [];
  if (numbers.length !== 3 || !numbers.every((value) => Number.isInteger(value) && value >= 0)) return undefined;
  const [y, x, channel] = numbers;
  return { y, x, channel };
}
