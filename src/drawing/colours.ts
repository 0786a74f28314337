// The colours of drawings: channels, weights, and the names that a style sheet gives the rest.

export type Tint = 'red' | 'green' | 'blue' | 'grey';

/** From the darkest to the lightest of a channel. */
const ends: Record<Tint, readonly [Rgb, Rgb]> = {
  red: [
    [42, 10, 14],
    [255, 128, 112],
  ],
  green: [
    [8, 32, 18],
    [132, 226, 138],
  ],
  blue: [
    [10, 18, 48],
    [126, 184, 255],
  ],
  grey: [
    [18, 18, 20],
    [244, 242, 238],
  ],
};

type Rgb = readonly [number, number, number];

/** The colour of a sample between black, 0, and white, 1. */
export function shade(tint: Tint, value: number): string {
  const share = Math.max(0, Math.min(1, value));
  const [dark, light] = ends[tint];
  return rgb(dark.map((from, i) => from + (light[i] - from) * share));
}

const none: Rgb = [236, 233, 226];
const positive: Rgb = [214, 76, 20];
const negative: Rgb = [95, 61, 196];

/** The colour of a weight: orange above 0, violet below, of full strength at `largest`. */
export function weightColour(weight: number, largest: number): string {
  return rgb(mixed(weight, largest));
}

/** Black or white, whichever is read on that colour. */
export function inkOn(weight: number, largest: number): string {
  const [red, green, blue] = mixed(weight, largest).map((value) => linear(value / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

function mixed(weight: number, largest: number): readonly number[] {
  const share = largest > 0 ? Math.min(1, Math.abs(weight) / largest) : 0;
  const end = weight < 0 ? negative : positive;
  return none.map((from, i) => Math.round(from + (end[i] - from) * Math.sqrt(share)));
}

/** Light of an sRGB sample, within half a hundredth. */
function linear(value: number): number {
  return value * value * (0.712 + 0.288 * value);
}

function rgb(values: readonly number[]): string {
  return `rgb(${values.map(Math.round).join(',')})`;
}

/** Numbers as a drawing has room for: four significant digits. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', '∞').replace('-', '−');
  const text = Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4)));
  return text.replace('-', '−').replace(/^(−?)0\./, '$1.');
}

/** The parts of a drawing that follow the page, light or dark. */
export const drawingStyle = `
.ink{fill:#1f1e1c}.faint{fill:#66635c}.rim{fill:none;stroke:#1f1e1c;stroke-opacity:.35}
.window{fill:none;stroke:#d9480f;stroke-linejoin:round}.beam{fill:#d9480f;fill-opacity:.1;stroke:#d9480f;stroke-opacity:.35}
.beam.red{fill:#e03131;stroke:#e03131}.beam.green{fill:#2f9e44;stroke:#2f9e44}.beam.blue{fill:#1c7ed6;stroke:#1c7ed6}
.beam.grey{fill:#868e96;stroke:#868e96}
.rod{stroke:#1f1e1c;stroke-linecap:round;fill:none}.wire{fill:none;stroke:#66635c;stroke-opacity:.55}
.wire.chosen{stroke:#d9480f;stroke-opacity:1}.beyond{fill:#b9b5aa;fill-opacity:.35}
.pill{fill:#ffffff;stroke:#1f1e1c;stroke-opacity:.2}.bar{fill:#d9480f}.bar.other{fill:#b9b5aa}.picture{fill:#d0e1f7}
text{font-family:ui-sans-serif,system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){.ink{fill:#ecebe6}.faint{fill:#a5a199}.rim{stroke:#ecebe6}.window{stroke:#ff922b}
.rod{stroke:#ecebe6}.wire{stroke:#a5a199}.wire.chosen{stroke:#ff922b}.beyond{fill:#5c5a55}.beam{stroke-opacity:.6}
.pill{fill:#26251f;stroke:#ecebe6}.bar{fill:#ff922b}.bar.other{fill:#6b6860}.picture{fill:#20364f}}`;
