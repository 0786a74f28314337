// Drawings as plain data, so that a page can render them as nodes and a program as text.

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly Child[];
}

export type Child = Element | string;

export function element(tag: string, attributes: Element['attributes'] = {}, ...children: Child[]): Element {
  return { tag, attributes, children };
}

export function group(attributes: Element['attributes'], children: readonly Child[]): Element {
  return { tag: 'g', attributes, children };
}

/** The text of an SVG document or of a part of one. */
export function toMarkup(child: Child): string {
  if (typeof child === 'string') return escaped(child);
  const { tag, attributes, children } = child;
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => ` ${name}="${escaped(shown(value!))}"`).join('');
  return `<${tag}${text}${children.length === 0 ? '/>' : `>${children.map(toMarkup).join('')}</${tag}>`}`;
}

/** A length as a drawing needs it: hundredths. */
export function shown(value: string | number): string {
  return typeof value === 'string' ? value : String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
