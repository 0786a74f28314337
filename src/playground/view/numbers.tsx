// Numbers in rows and columns, each of them editable.
import { useEffect, useState } from 'preact/hooks';
import { inkOn, weightColour } from '../../drawing/colours.js';
import type { Grid } from '../compute/session.js';

interface Props {
  readonly label: string;
  readonly grid: Grid;
  readonly rowNames?: readonly string[] | undefined;
  readonly columnNames?: readonly string[] | undefined;
  onChange(text: string): void;
}

/** Writes rows of numbers as the command line takes them. */
export function toText(values: readonly number[], columns: number): string {
  const rows: string[] = [];
  for (let i = 0; i < values.length; i += columns)
    rows.push(
      values
        .slice(i, i + columns)
        .map(short)
        .join(' '),
    );
  return rows.join('; ');
}

/** As a cell has room for so many characters, while it is not edited. */
function narrow(value: number, room: number): string {
  const text = short(value);
  if (text.length <= room) return text;
  return String(Number(value.toPrecision(room > 4 ? 3 : 1))).replace(/^(-?)0\./, '$1.');
}

/** The shortest decimal of a float32. */
export function short(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

export function Numbers({ label, grid, rowNames, columnNames, onChange }: Props) {
  const { rows, columns, values } = grid;
  const largest = Math.max(...values.map(Math.abs));
  const change = (index: number, value: number) =>
    onChange(
      toText(
        values.map((old, i) => (i === index ? value : old)),
        columns,
      ),
    );
  const nameOf = (row: number, column: number) =>
    `${rowNames?.[row] ? `from ${rowNames[row]}` : `row ${row + 1}`}, ${columnNames?.[column] ? `to ${columnNames[column]}` : `column ${column + 1}`}`;
  return (
    <table class={`numbers${columns > 5 ? ' small' : ''}`} aria-label={label}>
      {columnNames ? (
        <thead>
          <tr>
            <td />
            {columnNames.map((name) => (
              <th key={name} scope="col" class={`name ${name}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
      ) : null}
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            {rowNames ? (
              <th scope="row" class={`name ${rowNames[row]}`}>
                {rowNames[row]}
              </th>
            ) : null}
            {Array.from({ length: columns }, (_, column) => {
              const index = row * columns + column;
              return (
                <td key={column}>
                  <Cell
                    label={nameOf(row, column)}
                    value={values[index]}
                    largest={largest}
                    room={columns > 5 ? 4 : 6}
                    onChange={(value) => change(index, value)}
                  />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly label: string;
  readonly value: number;
  readonly largest: number;
  /** In characters. */
  readonly room: number;
  onChange(value: number): void;
}

function Cell({ label, value, largest, room, onChange }: CellProps) {
  const [text, setText] = useState(narrow(value, room));
  useEffect(() => {
    setText((old) => (Math.fround(Number(old)) === value && old.trim() !== '' ? old : narrow(value, room)));
  }, [value, room]);
  const isNumber = text.trim() !== '' && Number.isFinite(Number(text.replace(',', '.')));
  const edit = (written: string) => {
    setText(written);
    const number = Number(written.replace(',', '.'));
    if (written.trim() !== '' && Number.isFinite(number)) onChange(number);
  };
  return (
    <input
      type="text"
      inputMode="decimal"
      autocomplete="off"
      aria-label={label}
      aria-invalid={!isNumber}
      title={isNumber ? undefined : `${text || 'nothing'} is no number; ${short(value)} still holds`}
      value={text}
      style={{ background: weightColour(value, largest), color: inkOn(value, largest) }}
      onInput={(event) => edit(event.currentTarget.value)}
      onFocus={(event) => {
        setText(short(value));
        event.currentTarget.select();
      }}
      onBlur={() => setText(narrow(value, room))}
      onKeyDown={(event) => {
        const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        onChange(Math.fround(value + by));
      }}
    />
  );
}
