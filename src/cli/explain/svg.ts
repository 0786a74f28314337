// What the drawings share: a page of parts below each other, its colours, its letters.

import { drawingStyle } from '../../drawing/style.js';

export const line = 18;
const margin = 24;

/** A part of a page. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

/** Beside the parts of all drawings: the ground, tables of numbers, and frames on no photograph. */
const style = `${drawingStyle}
.ground{fill:#ffffff}.picture{fill:#e3ded2}.frame{stroke:#66635c}.frame-name{fill:#1f1e1c;stroke:none}
.cell{stroke:#8c959f}.plain{fill:none}.above{fill:#d9480f}.below{fill:#5f3dc4}
svg text{font-size:13px}.small{font-size:11px;text-anchor:middle}
@media (prefers-color-scheme:dark){.ground{fill:#15140f}.picture{fill:#38362f}.frame{stroke:#a5a199}
.frame-name{fill:#ecebe6}.above{fill:#e8590c}.below{fill:#7950f2}}`;

/** An SVG of its own, light or dark as the page is, with the drawings below each other. */
export function pageOf(title: string, drawings: readonly Drawing[]): string {
  const width = Math.max(...drawings.map((drawing) => drawing.width)) + 2 * margin;
  let height = margin;
  const placed = drawings.map((drawing) => {
    const group = `<g transform="translate(${margin} ${height})">${drawing.content}</g>`;
    height += drawing.height + margin;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>
${placed.join('\n')}
</svg>
`;
}

export function textAt(x: number, y: number, text: string, name: 'ink' | 'faint' | 'ink small'): string {
  return `<text class="${name}" x="${x}" y="${y}">${escaped(text)}</text>`;
}

/** An upper bound for the fonts of the style. */
export function textWidth(text: string): number {
  return text.length * 8;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
