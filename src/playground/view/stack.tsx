// What the middle pixel of a stack of layers sees of the picture.
import { useEffect, useState } from 'preact/hooks';
import { drawFields } from '../../drawing/fields.js';
import type { Client } from '../client.js';
import type { StackRow } from '../compute/stack.js';
import type { Pixels } from '../picture.js';
import { DrawingView } from './drawing.js';
import { Canvas } from './viewer.js';

interface Props {
  readonly client: Client;
  readonly pixels: Pixels;
  readonly text: string;
  onChange(text: string): void;
}

const additions = [
  ['3', '+ 3×3'],
  ['3s2', '+ 3×3, stride 2'],
  ['3d4', '+ 3×3, dilation 4'],
  ['p2', '+ pooling 2×2'],
] as const;

export function StackView({ client, pixels, text, onChange }: Props) {
  const [rows, setRows] = useState<readonly StackRow[]>([]);
  useEffect(() => {
    let isCurrent = true;
    client.ask('stack', text).then((value) => {
      if (isCurrent) setRows(value);
    });
    return () => {
      isCurrent = false;
    };
  }, [client, text, pixels]);
  const words = text.split(/\s+/).filter(Boolean);
  const fields = rows.flatMap((row) => fieldOf(row));
  const last = rows.findLast(({ field }) => field !== undefined)?.field;
  return (
    <section class="topic">
      <h2>What a pixel sees through many layers</h2>
      <p>
        {last ? (
          <>
            After {fields.length} {fields.length === 1 ? 'layer' : 'layers'} the middle pixel sees{' '}
            <b>
              {last.size[0]} × {last.size[1]}
            </b>{' '}
            pixels of the picture, and its neighbour the same, {last.jump[0]} further.
          </>
        ) : (
          <>Without a layer a pixel sees itself.</>
        )}
      </p>
      <div class="stack">
        <div class="stage">
          <Canvas rgba={pixels.rgba} height={pixels.height} width={pixels.width} label="the picture" />
          <DrawingView
            drawing={drawFields(fields, pixels.height, pixels.width, pixels.width / 420)}
            label={rows.map((row, i) => `layer ${i + 1} sees ${row.field?.size.join(' by ') ?? 'nothing'}`).join(', ')}
          />
        </div>
        <div>
          <ol class="layers">
            {rows.map((row, i) => (
              <li key={i}>
                <span>{row.label}</span>
                <span class="faint">
                  {row.error ??
                    `sees ${row.field!.size.join(' × ')}, gives ${row.outputShape!.slice(1, 3).join(' × ')}`}
                </span>
                <button
                  type="button"
                  aria-label={`Take away layer ${i + 1}, ${row.label}`}
                  onClick={() => onChange(words.filter((_, at) => at !== i).join(' '))}
                >
                  ×
                </button>
              </li>
            ))}
          </ol>
          <div class="presets">
            {additions.map(([word, label]) => (
              <button
                key={word}
                type="button"
                disabled={words.length >= 12}
                onClick={() => onChange([...words, word].join(' '))}
              >
                {label}
              </button>
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

/** What the middle pixel sees. */
function fieldOf({ field, outputShape }: StackRow) {
  if (field === undefined || outputShape === undefined) return [];
  const [top, left] = [0, 1].map((axis) => {
    const middle = Math.floor(outputShape[axis + 1] / 2);
    return field.start[axis] + middle * field.jump[axis] - (field.size[axis] - 1) / 2;
  });
  return [{ top, left, height: field.size[0], width: field.size[1] }];
}
