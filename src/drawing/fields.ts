// What the middle pixel after each layer sees of a picture, as frames over it.
import { element, group } from './element.js';
import { type Drawing, textAt } from './shapes.js';

export interface Field {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Draws frames in the picture's own pixels, the last one filled; `scale` is how many of them a unit of a line takes. */
export function drawFields(fields: readonly Field[], height: number, width: number, scale: number): Drawing {
  const frames = fields.map((field, i) => {
    const isLast = i === fields.length - 1;
    return group({}, [
      element('rect', {
        class: isLast ? 'frame last' : 'frame',
        x: field.left,
        y: field.top,
        width: field.width,
        height: field.height,
        rx: 1.5 * scale,
        'stroke-width': (isLast ? 2.5 : 1.5) * scale,
      }),
      textAt({ x: field.left + field.width + 3 * scale, y: field.top + 10 * scale }, String(i + 1), {
        class: 'frame-name',
        'font-size': 12 * scale,
      }),
    ]);
  });
  return { width, height, content: group({ class: 'fields' }, frames) };
}
