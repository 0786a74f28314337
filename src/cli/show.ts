// Pictures as text: half blocks in colour, or characters of growing darkness.
import type { Samples } from '../image/pixels.js';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Bits of colour that the terminal shows: 24, 8, or 1 for none. */
  readonly colourBits: number;
}

/** The terminal on standard output; 80 × 50 where it has no size, no colours where NO_COLOR is set. */
export function screenOf(stdout: NodeJS.WriteStream): Screen {
  const { columns, rows, isTTY } = stdout;
  const hasColours = isTTY && !process.env.NO_COLOR;
  return { columns: columns || 80, rows: rows || 50, colourBits: hasColours ? stdout.getColorDepth() : 1 };
}

/**
 * Draws a picture as lines of text that fit the screen.
 *
 * @param samples 0–255, with 1 or 3 channels
 */
export function draw(samples: Samples, width: number, height: number, screen: Screen): string {
  const scale = Math.min(1, screen.columns / width, (2 * Math.max(1, screen.rows - 2)) / height);
  const columns = Math.max(1, Math.floor(width * scale));
  const lines = Math.max(1, Math.round((height * scale) / 2));
  const pixel = averager(samples, width, height, columns, lines * 2);
  const cell = screen.colourBits >= 8 ? (screen.colourBits >= 24 ? trueColour : palette) : undefined;
  let text = '';
  for (let line = 0; line < lines; line++) {
    for (let column = 0; column < columns; column++) {
      const upper = pixel(column, 2 * line);
      const lower = pixel(column, 2 * line + 1);
      text += cell ? `\x1b[38;${cell(upper)}m\x1b[48;${cell(lower)}m▀` : character(upper, lower);
    }
    text += cell ? '\x1b[0m\n' : '\n';
  }
  return text;
}

type Colour = readonly [number, number, number];

const ramp = ' .:-=+*#%@';
const trueColour = ([r, g, b]: Colour) => `2;${Math.round(r)};${Math.round(g)};${Math.round(b)}`;
/** The 6×6×6 colours of a terminal with 256. */
const palette = ([r, g, b]: Colour) =>
  `5;${16 + 36 * Math.round(r / 51) + 6 * Math.round(g / 51) + Math.round(b / 51)}`;

function character(upper: Colour, lower: Colour): string {
  const light = [...upper, ...lower].reduce((sum, value) => sum + value, 0) / 6;
  return ramp[Math.min(ramp.length - 1, Math.floor((light / 256) * ramp.length))];
}

/** The mean colour of the part of the picture behind one of columns × rows pixels on the screen. */
function averager(samples: Samples, width: number, height: number, columns: number, rows: number) {
  const channels = samples.length / (width * height);
  return (column: number, row: number): Colour => {
    const [left, right] = part(column, columns, width);
    const [top, bottom] = part(row, rows, height);
    const mean = (channel: number) => {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += samples[(y * width + x) * channels + channel];
      }
      return sum / ((bottom - top) * (right - left));
    };
    return channels === 1 ? [mean(0), mean(0), mean(0)] : [mean(0), mean(1), mean(2)];
  };
}

function part(index: number, count: number, length: number): [number, number] {
  const from = Math.min(length - 1, Math.floor((index * length) / count));
  return [from, Math.max(from + 1, Math.floor(((index + 1) * length) / count))];
}
