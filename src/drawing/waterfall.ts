// A running sum: each product as a step up or down from the sum before it.
import { brief } from './colours.js';
import { type Element, element, group } from './element.js';
import { type Drawing, textAt } from './shapes.js';

export interface Step {
  readonly product: number;
  readonly sum: number;
}

const size = { height: 150, top: 22, bottom: 20, left: 6, right: 74 };

/** Draws a running sum on a width; the step at `chosen` is set off. */
export function drawWaterfall(steps: readonly Step[], width: number, chosen: number | undefined): Drawing {
  const sums = steps.map(({ sum }) => sum).filter(Number.isFinite);
  const [least, largest] = [Math.min(0, ...sums), Math.max(0, ...sums)];
  const inside = size.height - size.top - size.bottom;
  const y = (value: number) => size.top + ((largest - value) / (largest - least || 1)) * inside;
  const step = (width - size.left - size.right) / Math.max(1, steps.length);
  const bars = steps.map(({ product, sum }, i) => {
    const before = i === 0 ? 0 : steps[i - 1].sum;
    const [top, bottom] = [y(Math.max(before, sum)), y(Math.min(before, sum))];
    const name = `step ${product < 0 ? 'down' : 'up'}${i === chosen ? ' chosen' : ''}`;
    const x = size.left + i * step;
    return group({}, [
      element('rect', {
        class: name,
        x: x + step * 0.08,
        y: top,
        width: step * 0.84,
        height: Math.max(1.5, bottom - top),
      }),
      element('line', { class: 'level', x1: x + step * 0.08, x2: x + step * 1.08, y1: y(sum), y2: y(sum) }),
    ]);
  });
  const end = steps.at(-1)?.sum ?? 0;
  const content = group({ class: 'waterfall' }, [
    element('line', { class: 'zero', x1: size.left, x2: width - size.right + 8, y1: y(0), y2: y(0) }),
    ...bars,
    ...labels(steps, step, y),
    textAt({ x: width - size.right + 12, y: y(end) + 5 }, brief(end), {
      class: 'ink',
      'font-size': 15,
      'font-weight': 600,
    }),
  ]);
  return { width, height: size.height, content };
}

/** The products, where there is room for them. */
function labels(steps: readonly Step[], step: number, y: (value: number) => number): Element[] {
  if (step < 34) return [];
  return steps.map(({ product, sum }, i) => {
    const before = i === 0 ? 0 : steps[i - 1].sum;
    const below = product < 0;
    const edge = below ? y(Math.min(before, sum)) + 13 : y(Math.max(before, sum)) - 5;
    const text = product < 0 ? brief(product) : `+${brief(product)}`;
    const place = { x: size.left + (i + 0.5) * step, y: edge };
    return textAt(place, text, { class: 'faint', 'text-anchor': 'middle', 'font-size': 11 });
  });
}
