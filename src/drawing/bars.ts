// Amounts side by side as bars to one scale.
import { type Element, element, group } from './element.js';
import { type Drawing, textAt } from './shapes.js';

export interface Bar {
  readonly label: string;
  readonly amount: number;
  /** Set off from the others. */
  readonly isOwn: boolean;
}

const row = 26;

/** Draws bars from the same start on a width. */
export function drawBars(bars: readonly Bar[], width: number): Drawing {
  const most = Math.max(...bars.map(({ amount }) => amount), 1);
  const start = 84;
  const room = width - start - 92;
  const rows = bars.map(({ label, amount, isOwn }, i): Element => {
    const length = Math.max(amount > 0 ? 1.5 : 0, (amount / most) * room);
    const middle = i * row + row / 2;
    return group({}, [
      textAt({ x: start - 8, y: middle + 4 }, label, {
        class: isOwn ? 'ink' : 'faint',
        'text-anchor': 'end',
        'font-size': 13,
      }),
      element('rect', {
        class: isOwn ? 'bar' : 'bar other',
        x: start,
        y: i * row + 5,
        width: length,
        height: row - 10,
        rx: 3,
      }),
      textAt({ x: start + length + 7, y: middle + 4 }, counted(amount), { class: 'ink', 'font-size': 12.5 }),
    ]);
  });
  return { width, height: bars.length * row, content: group({ class: 'bars' }, rows) };
}

const units = ['', ' k', ' M', ' G', ' T', ' P'] as const;

/** An amount in three digits. */
export function counted(amount: number): string {
  let value = amount;
  let unit = 0;
  while (value >= 9999.5 || (unit > 0 && value >= 999.5)) {
    value /= 1000;
    unit++;
  }
  const text = unit === 0 ? String(value) : String(Number(value.toPrecision(3)));
  return `${text}${units[unit]}`;
}
