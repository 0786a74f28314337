// Whether the filter is a column times a row.
import { brief, inkOn, weightColour } from '../../drawing/colours.js';
import type { Factors } from '../compute/costs.js';
import type { Grid } from '../compute/session.js';

interface Props {
  readonly kernel: Grid;
  readonly factors: Factors;
}

export function FactorsView({ kernel, factors: { rank, columns, rows, errors, cheaper } }: Props) {
  const isExact = rank === 1;
  const taps = `${kernel.rows + kernel.columns} taps instead of ${kernel.rows * kernel.columns}`;
  return (
    <section class="topic">
      <h2>Is the filter separable?</h2>
      <p>
        {rank === 0 ? (
          <>A filter of zeros has rank 0.</>
        ) : isExact ? (
          <>
            <b>Yes.</b> It is one column times one row: rank 1, {taps}.
          </>
        ) : (
          <>
            <b>Not as it is.</b> Its rank is {rank}: a sum of {rank} products of a column and a row
            {cheaper ? ', and even those are cheaper than the filter at once' : ''}. The best single product misses{' '}
            {percent(errors[1])} of it.
          </>
        )}
      </p>
      <div class="factors">
        {rows.slice(0, 3).map((row, i) => (
          <figure key={columns[i].join()}>
            <div class="product">
              <Heat values={columns[i]} columns={1} />
              <span aria-hidden="true">×</span>
              <Heat values={row} columns={row.length} />
            </div>
            <figcaption>
              {i === 0 ? 'the weightiest product' : `product ${i + 1}`}; {percent(errors[i + 1])} left
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

function percent(share: number): string {
  if (share === 0) return 'nothing';
  return share < 1e-6 ? 'less than a millionth' : `${Number((share * 100).toPrecision(2))} %`;
}

function Heat({ values, columns }: { readonly values: readonly number[]; readonly columns: number }) {
  const largest = Math.max(...values.map(Math.abs));
  const side = values.length > 12 ? 14 : 40;
  const height = columns === 1 ? 26 : 30;
  return (
    <svg
      viewBox={`0 0 ${columns === 1 ? 46 : columns * side} ${columns === 1 ? values.length * (values.length > 12 ? 10 : height) : height}`}
      class={columns === 1 ? 'heat column' : 'heat'}
      style={{ width: `${columns === 1 ? 46 : columns * side}px` }}
      role="img"
      aria-label={`${columns === 1 ? 'column' : 'row'} ${values.map(brief).join(' ')}`}
    >
      {values.map((value, i) => {
        const box =
          columns === 1
            ? { x: 0, y: i * (values.length > 12 ? 10 : height), width: 46, height: values.length > 12 ? 10 : height }
            : { x: i * side, y: 0, width: side, height };
        return (
          <g key={i}>
            <rect {...box} fill={weightColour(value, largest)} stroke="#fff" />
            {values.length > 12 ? null : (
              <text
                x={box.x + box.width / 2}
                y={box.y + box.height / 2 + 4}
                text-anchor="middle"
                font-size="11"
                fill={inkOn(value, largest)}
              >
                {brief(Number(value.toPrecision(3)))}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
