// The same bits: the kernels beside the reference, sums added in other ways, and the recorded hashes.
import { useEffect, useState } from 'preact/hooks';
import { brief } from '../../drawing/colours.js';
import type { Client } from '../client.js';
import type { Breakage, Comparison, Outcome, Verification } from '../compute/session.js';
import type { Rule } from '../compute/sums.js';
import type { Pixels } from '../picture.js';
import type { Settings } from '../settings.js';
import { Problem } from './fields.js';

interface Props {
  /** A worker of its own, so that long sums hold nothing up. */
  openClient(): Promise<Client>;
  readonly pixels: Pixels;
  readonly settings: Settings;
  readonly outcome: Outcome;
}

const number = new Intl.NumberFormat('en');

const ways: readonly (readonly [rule: Rule, name: string, why: string])[] = [
  ['in order', 'in our order', 'what the library promises'],
  ['fused', 'fused multiply-add', 'one rounding a tap instead of two, as many processors do by default'],
  ['backwards', 'backwards', 'the same products, the last one first'],
  ['four lanes', 'four sums at once', 'as a vector unit adds when nobody forbids it'],
];

interface Broken extends Partial<Breakage> {
  readonly rule: Rule;
}

export function SameView({ openClient, pixels, settings, outcome }: Props) {
  const [comparison, setComparison] = useState<Comparison>();
  const [broken, setBroken] = useState<readonly Broken[]>([]);
  const [verification, setVerification] = useState<Verification>();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    setComparison(undefined);
    setBroken([]);
    setProblem(undefined);
  }, [pixels, settings]);

  const run = (work: (client: Client) => Promise<void>) => async () => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await work(await openClient());
    } catch (error) {
      setProblem((error as Error).message);
    }
    setIsBusy(false);
  };
  const compare = run(async (client) => setComparison(await client.ask('compare', settings)));
  const breakAll = run(async (client) => {
    const found: Broken[] = [];
    for (const [rule] of ways) {
      found.push({ rule, ...(await client.ask('breakSums', settings, rule)) });
      setBroken([...found]);
    }
  });
  const verify = run(async (client) => setVerification(await client.ask('verify')));

  const isReference = outcome.backend.backend === 'reference';

  return (
    <section class="topic" aria-busy={isBusy}>
      <h2>The same bits</h2>
      <p>
        On this device <b>{isReference ? 'the reference' : 'WebAssembly'}</b> computed this result in{' '}
        {time(outcome.milliseconds)}. Its SHA-256 is the same wherever the library runs:
      </p>
      <p>
        <code class="hash" data-hash={outcome.sha256}>
          {outcome.sha256}
        </code>
      </p>
      {isReference ? <p class="hint">{outcome.backend.reasons.join('; ')}</p> : null}
      {problem === undefined ? null : <Problem>{problem}</Problem>}
      <div class="steps-row">
        {isReference ? null : (
          <button type="button" class="main" disabled={isBusy} onClick={compare}>
            Compare with the reference
          </button>
        )}
        <button type="button" class="main" disabled={isBusy} onClick={breakAll}>
          Break it
        </button>
        <button type="button" class="main" disabled={isBusy} onClick={verify}>
          Verify every operation
        </button>
      </div>
      <div aria-live="polite">
        {comparison ? (
          <p class="found">
            <b>
              {number.format(comparison.differing)} of {number.format(comparison.values)} values differ
            </b>{' '}
            between {comparison.backend} ({time(comparison.milliseconds)}) and the reference in plain TypeScript (
            {time(comparison.referenceMilliseconds)},{' '}
            {Math.round(comparison.referenceMilliseconds / comparison.milliseconds)} times as long).
          </p>
        ) : null}
        {broken.length > 0 ? <BrokenTable broken={broken} /> : null}
        {verification ? <Verified verification={verification} /> : null}
      </div>
    </section>
  );
}

function time(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

function BrokenTable({ broken }: { readonly broken: readonly Broken[] }) {
  const isWhole = broken.length === ways.length && broken.every(({ differing }) => differing === 0);
  return (
    <>
      <table class="broken">
        <caption>The same products, added in other ways</caption>
        <tbody>
          {ways.map(([rule, name, why]) => {
            const found = broken.find((each) => each.rule === rule);
            const share = found ? found.differing! / found.values! : 0;
            return (
              <tr key={rule}>
                <th scope="row">
                  {name} <small>{why}</small>
                </th>
                <td class="meter">
                  <span style={{ width: `${share * 100}%` }} />
                </td>
                <td>{found ? `${number.format(found.differing!)} values change` : '…'}</td>
                <td>{found?.example ? `by up to ${brief(found.largest!)}` : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {isWhole ? (
        <p class="hint">
          None of them: samples and weights are small whole numbers here, and such sums are exact in any order. Try{' '}
          <i>gaussian</i>.
        </p>
      ) : null}
    </>
  );
}

const backendTitles = { wasm: 'WebAssembly', reference: 'the reference' } as const;

function Verified({ verification: { backends, rows } }: { readonly verification: Verification }) {
  const same = rows.filter(({ recorded, received }) => received.every((hash) => hash === recorded)).length;
  const titles = backends.map((name) => backendTitles[name]);
  return (
    <>
      <p class="found">
        <b>
          {same} of {rows.length} known answers
        </b>{' '}
        have the recorded hash here, in {titles.join(' and in ')}. <code>sepconv verify</code> checks the same ones on
        native code.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Known answers">
        <table class="steps">
          <thead>
            <tr>
              <th scope="col">case</th>
              <th scope="col">recorded, for every host</th>
              {titles.map((title) => (
                <th key={title} scope="col">
                  {title} here
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ operation, title, recorded, received }) => (
              <tr key={operation + title}>
                <th scope="row">
                  {operation} {title}
                </th>
                <td>
                  <code>{recorded.slice(0, 12)}</code>
                </td>
                {received.map((hash, i) => (
                  <td key={backends[i]} class={hash === recorded ? 'same' : 'different'}>
                    <code>{hash.slice(0, 12)}</code>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
