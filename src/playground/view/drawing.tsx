// Drawings as nodes of the page.
import { h, type VNode } from 'preact';
import { type Child, type Element, shown } from '../../drawing/element.js';
import type { Drawing } from '../../drawing/shapes.js';

export function toNode(child: Child): VNode | string {
  if (typeof child === 'string') return child;
  const { tag, attributes, children }: Element = child;
  const given = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, value === undefined ? value : shown(value)]),
  );
  return h(tag, given, ...children.map(toNode));
}

interface Props {
  readonly drawing: Drawing;
  readonly label: string;
  readonly class?: string;
}

/** A drawing as wide as its place, never larger than drawn by more than a third. */
export function DrawingView({ drawing: { width, height, content }, label, class: name }: Props) {
  return (
    <svg class={name} viewBox={`0 0 ${shown(width)} ${shown(height)}`} role="img" aria-label={label}>
      {toNode(content)}
    </svg>
  );
}
