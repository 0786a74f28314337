// Shapes that every drawing is made of.
import { type Element, element, shown } from './element.js';
import type { Point } from './isometric.js';

/** A drawing in a size of its own. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: Element;
}

export function pathOf(points: readonly Point[]): string {
  return `M${points.map(({ x, y }) => `${shown(x)} ${shown(y)}`).join('L')}Z`;
}

export function line(a: Point, b: Point, name: string, width: number): Element {
  return element('line', { class: name, x1: a.x, y1: a.y, x2: b.x, y2: b.y, 'stroke-width': width });
}

export function textAt({ x, y }: Point, text: string, attributes: Element['attributes']): Element {
  return element('text', { x, y, ...attributes }, text);
}
