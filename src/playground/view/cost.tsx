// What the layer costs, beside the standard convolution; and what its brothers would on more channels.
import { useEffect, useState } from 'preact/hooks';
import { drawBars } from '../../drawing/bars.js';
import type { Client } from '../client.js';
import type { LayerCost } from '../compute/costs.js';
import type { Outcome } from '../compute/session.js';
import type { Settings } from '../settings.js';
import { DrawingView } from './drawing.js';
import { Slider } from './fields.js';

interface Props {
  readonly client: Client;
  readonly settings: Settings;
  readonly outcome: Outcome;
}

const number = new Intl.NumberFormat('en');
const sizes = [3, 8, 16, 32, 64, 128, 256, 512, 1024] as const;

export function CostView({ client, settings, outcome: { costs } }: Props) {
  const [step, setStep] = useState(5);
  const [kernelSize, setKernelSize] = useState(3);
  const [layers, setLayers] = useState<readonly LayerCost[]>([]);
  const channels = sizes[step];
  useEffect(() => {
    let isCurrent = true;
    client.ask('costs', channels, kernelSize, 56, 56).then((value) => {
      if (isCurrent) setLayers(value);
    });
    return () => {
      isCurrent = false;
    };
  }, [client, channels, kernelSize]);
  const bars = (field: 'parameters' | 'multiplyAdds') =>
    layers.map((layer) => ({ label: layer.kind, amount: layer[field], isOwn: layer.kind === settings.mode }));
  const [standard, separable] = layers;
  return (
    <section class="topic">
      <h2>What it costs</h2>
      <p>
        Here, {shapeText(costs.inputShape)} becomes {shapeText(costs.outputShape)} with{' '}
        <b>{number.format(costs.parameters)}</b> parameters and <b>{number.format(costs.multiplyAdds)}</b>{' '}
        multiply-adds.{' '}
        {costs.standard && costs.ratio !== undefined && costs.ratio !== 1 ? (
          <>
            The standard way to that shape takes {number.format(costs.standard.parameters)} and{' '}
            {number.format(costs.standard.multiplyAdds)}: <b>{ratioText(costs.ratio)}</b>.
          </>
        ) : null}
      </p>
      <p>A picture has three channels. A layer of a network has many, and there the difference is the whole point:</p>
      <div class="row">
        <label class="field slider">
          <span>channels</span>
          <input
            type="range"
            min={0}
            max={sizes.length - 1}
            value={step}
            aria-valuetext={`${channels} channels`}
            onInput={(event) => setStep(Number(event.currentTarget.value))}
          />
          <output>{channels}</output>
        </label>
        <Slider label="window" value={String(kernelSize)} min={1} max={9} onChange={(k) => setKernelSize(Number(k))} />
      </div>
      {layers.length > 0 ? (
        <>
          <div class="pair">
            <figure>
              <figcaption>parameters</figcaption>
              <DrawingView drawing={drawBars(bars('parameters'), 420)} label={spoken('parameters', layers)} />
            </figure>
            <figure>
              <figcaption>multiply-adds on 56 × 56 pixels</figcaption>
              <DrawingView drawing={drawBars(bars('multiplyAdds'), 420)} label={spoken('multiply-adds', layers)} />
            </figure>
          </div>
          <p>
            From {channels} to {channels} channels with a {kernelSize} × {kernelSize} window, the separable layer takes{' '}
            <b>{ratioText(separable.multiplyAdds / standard.multiplyAdds)}</b>: 1/{channels} + 1/{kernelSize}².
          </p>
        </>
      ) : null}
    </section>
  );
}

function shapeText([, height, width, channels]: readonly number[]): string {
  return `${height} × ${width} × ${channels}`;
}

function ratioText(ratio: number): string {
  return ratio < 1
    ? `${Number((1 / ratio).toPrecision(3))} times fewer`
    : `${Number(ratio.toPrecision(3))} times as many`;
}

function spoken(what: string, layers: readonly LayerCost[]): string {
  const field = what === 'parameters' ? 'parameters' : 'multiplyAdds';
  return `${what}: ${layers.map((layer) => `${layer.kind} ${number.format(layer[field])}`).join(', ')}`;
}
