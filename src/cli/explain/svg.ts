// What the drawings share: a page of parts below each other, its colours, its letters.

export const line = 18;
const margin = 24;

/** A part of a page. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

/** Colours that are told apart on a light and on a dark page, each drawing on a ground of its own. */
const style = `
.ground{fill:#ffffff}.ink{fill:#1f2328}.faint{fill:#59636e}.picture{fill:#cfe2ff}.padding{fill:#e6e8eb}
.tap{fill:#d9480f}.next{fill:none;stroke:#7048e8;stroke-width:2}.field{fill:none;stroke:#d9480f;stroke-width:2}
.cell{stroke:#8c959f}.plain{fill:none}.above{fill:#d9480f}.below{fill:#1c7ed6}
text{font:13px ui-monospace,Menlo,Consolas,monospace}.small{font-size:11px;text-anchor:middle}
@media (prefers-color-scheme:dark){.ground{fill:#0d1117}.ink{fill:#e6edf3}.faint{fill:#9198a1}.picture{fill:#1f3a5f}
.padding{fill:#30363d}.tap{fill:#ff922b}.next{stroke:#b197fc}.field{stroke:#ff922b}.above{fill:#e8590c}}`;

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

/** An upper bound for the monospaced fonts of the style. */
export function textWidth(text: string): number {
  return text.length * 8;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
