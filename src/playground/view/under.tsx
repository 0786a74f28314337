// Under the pointer: the planes, and the sum behind one value.
import { useState } from 'preact/hooks';
import { brief } from '../../drawing/colours.js';
import { drawScene } from '../../drawing/scene.js';
import { drawWaterfall } from '../../drawing/waterfall.js';
import { bitsOf } from '../bits.js';
import type { Inspection, WorkedSum } from '../compute/inspect.js';
import { DrawingView } from './drawing.js';
import { useIsNarrow } from './narrow.js';

interface Props {
  readonly inspection: Inspection;
  onChannel(channel: number): void;
}

export function Under({ inspection, onChannel }: Props) {
  const isNarrow = useIsNarrow();
  const { place, channelNames, given, scene } = inspection;
  const drawing = drawScene(scene, isNarrow ? 'down' : 'across');
  return (
    <section class="under" aria-label="Under the pointer">
      <DrawingView drawing={drawing} class="planes" label={describe(inspection)} />
      <div class="reading">
        <fieldset class="values">
          <legend>
            Result at row {place.y}, column {place.x}
          </legend>
          {given.slice(0, 8).map((value, channel) => (
            <label key={channelNames[channel]} class={channelNames[channel]}>
              <input
                type="radio"
                name="channel"
                checked={channel === place.channel}
                onChange={() => onChannel(channel)}
              />
              <span>
                {channelNames[channel]} <b>{brief(value)}</b>
              </span>
            </label>
          ))}
        </fieldset>
        <Sums inspection={inspection} />
      </div>
    </section>
  );
}

/** What the drawing shows, for those who do not see it. */
function describe({ place, channelNames, given, scene, window }: Inspection): string {
  const names = scene.stacks.map(({ title, floors }) => `${title}: ${floors.length} planes`).join('; ');
  const values = given.map((value, i) => `${channelNames[i]} ${brief(value)}`).join(', ');
  const size = window ? `${window.bottom - window.top + 1} by ${window.right - window.left + 1}` : 'no pixel';
  return `${names}. The window of ${size} around row ${place.y}, column ${place.x} gives ${values}.`;
}

function Sums({ inspection }: { readonly inspection: Inspection }) {
  const { sums, value, activation, isEqual, dtype } = inspection;
  const [wanted, setWanted] = useState('');
  const [step, setStep] = useState<number>();
  const chosen = sums.find(({ title }) => title === wanted) ?? sums[sums.length - 1];
  const isLast = chosen === sums[sums.length - 1];
  const isNarrow = useIsNarrow();
  const term = step === undefined ? undefined : chosen.terms[step];
  return (
    <div class="sums">
      {sums.length > 1 ? (
        <fieldset class="choice">
          <legend>Which sum</legend>
          <div class="segments">
            {sums.map(({ title }) => (
              <label key={title}>
                <input type="radio" name="sum" checked={title === chosen.title} onChange={() => setWanted(title)} />
                <span>{title}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ) : null}
      <p class="sum-title">{titleOf(chosen)}</p>
      <div
        onPointerMove={(event) => setStep(stepAt(event, chosen.terms.length))}
        onPointerLeave={() => setStep(undefined)}
      >
        <DrawingView
          class="sum-drawing"
          drawing={drawWaterfall(stepsOf(chosen), isNarrow ? 340 : 640, step)}
          label={`${chosen.terms.length} steps from 0 to ${brief(chosen.result)}; the table lists them`}
        />
      </div>
      <p class="term">
        {term ? (
          <>
            {term.label}: {brief(term.value)}{' '}
            {chosen.kind === 'sum' ? `× ${brief(term.weight)} = ${brief(term.product)}` : ''} → <b>{brief(term.sum)}</b>
          </>
        ) : (
          formulaOf(chosen)
        )}
      </p>
      {isLast ? (
        <p class="final">
          {activation ? (
            <>
              {activation} of {brief(chosen.result)} is {brief(value)}.{' '}
            </>
          ) : null}
          {isEqual === undefined ? (
            <span class="faint">
              The picture is partly transparent: the library weighs its colours by alpha, this sum does not.
            </span>
          ) : (
            <span class={isEqual ? 'same' : 'different'}>
              {isEqual
                ? `The ${dtype === 'uint8' ? 'rounded sample' : 'bits'} that the library gave`
                : 'not what the library gave'}
            </span>
          )}
        </p>
      ) : null}
      <BitStrip value={isLast ? value : chosen.result} />
      <Table sum={chosen} />
    </div>
  );
}

function stepAt(event: PointerEvent & { currentTarget: HTMLElement }, count: number): number | undefined {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  const drawn = event.currentTarget.querySelector('svg')!.viewBox.baseVal.width;
  const at = ((event.clientX - left) / width) * drawn;
  const index = Math.floor(((at - 6) / (drawn - 80)) * count);
  return index >= 0 && index < count ? index : undefined;
}

function stepsOf({ kind, terms }: WorkedSum) {
  if (kind !== 'largest') return terms;
  return terms.map(({ sum }, i) => ({ product: i === 0 ? sum : sum - terms[i - 1].sum, sum }));
}

function titleOf({ title, kind, terms }: WorkedSum): string {
  const count = `${terms.length} ${terms.length === 1 ? 'value' : 'values'}`;
  if (kind === 'largest') return `${title}: the largest of ${count}`;
  if (kind === 'mean') return `${title}: ${count} added, then divided by ${terms.length}`;
  return `${title}: ${terms.length} ${terms.length === 1 ? 'product' : 'products'}, added in this order`;
}

function formulaOf({ terms, kind, result }: WorkedSum): string {
  const shown = terms
    .slice(0, 4)
    .map(({ value, weight }) => (kind === 'sum' ? `${brief(value)} × ${brief(weight)}` : brief(value)));
  const rest = terms.length > 4 ? [...shown, '…'] : shown;
  if (kind === 'largest') return `max(${rest.join(', ')}) = ${brief(result)}`;
  if (kind === 'mean') return `(${rest.join(' + ')}) ÷ ${terms.length} = ${brief(result)}`;
  return `${rest.join(' + ')} = ${brief(result)}`;
}

/** A float32 as its bits, one box each. */
function BitStrip({ value }: { readonly value: number }) {
  const { sign, exponent, fraction, hex } = bitsOf(value);
  const box = (bit: string, kind: string, i: number) => (
    <i key={`${kind}${i}`} class={`${kind} b${bit}`}>
      {bit}
    </i>
  );
  return (
    <div class="bits">
      <div class="strip" role="img" aria-label={`float32 ${value}: bits ${hex}`}>
        {[...sign].map((bit, i) => box(bit, 'sign', i))}
        {[...exponent].map((bit, i) => box(bit, 'exponent', i))}
        {[...fraction].map((bit, i) => box(bit, 'fraction', i))}
      </div>
      <p>
        <b>{String(value).replace('-', '−')}</b> as float32: sign, exponent, fraction, <code>{hex}</code>
      </p>
    </div>
  );
}

function Table({ sum: { terms, kind } }: { readonly sum: WorkedSum }) {
  return (
    <details>
      <summary>Every step as a table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Every step">
        <table class="steps">
          <thead>
            <tr>
              <th scope="col">tap</th>
              <th scope="col">value</th>
              {kind === 'sum' ? (
                <>
                  <th scope="col">weight</th>
                  <th scope="col">product</th>
                </>
              ) : null}
              <th scope="col">{kind === 'largest' ? 'largest so far' : 'sum so far'}</th>
            </tr>
          </thead>
          <tbody>
            {terms.slice(0, 400).map(({ label, value, weight, product, sum }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{value}</td>
                {kind === 'sum' ? (
                  <>
                    <td>{weight}</td>
                    <td>{product}</td>
                  </>
                ) : null}
                <td>{sum}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
