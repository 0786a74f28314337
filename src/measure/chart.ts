// Speeds as a picture: one row a layer, one mark a contender. Vega draws without a browser; it is an optional peer, so
// its types are not needed to build.
import { SepconvError } from '../core/errors.js';

export interface Point {
  readonly layer: string;
  readonly contender: string;
  /** 10⁹ floating-point operations per second. */
  readonly gigaflops: number;
}

/** What is used of vega and vega-lite. */
interface Vega {
  parse(spec: object): object;
  View: new (runtime: object, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}
interface VegaLite {
  compile(spec: object): { readonly spec: object };
}

/** Told apart on a light and on a dark page. */
const palette = [
  '#d6336c',
  '#1c7ed6',
  '#2f9e44',
  '#e8590c',
  '#7950f2',
  '#0c8599',
  '#a0792b',
  '#868e96',
  '#c2255c',
  '#5c940d',
  '#ae3ec9',
  '#3b5bdb',
];

const style = `<style>svg{color:#1f2328;background:#ffffff}
@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}</style>`;

/**
 * Draws an SVG.
 *
 * @param limits marks that the machine's limit is put at
 * @throws SepconvError (rejects) `ERR_OPTION` where Vega is not installed
 */
export async function chart(title: string, points: readonly Point[], limits: readonly Point[] = []): Promise<string> {
  const { parse, View } = await load<Vega>('vega');
  const { compile } = await load<VegaLite>('vega-lite');
  const svg = await new View(parse(compile(specification(title, points, limits)).spec), { renderer: 'none' }).toSVG();
  return svg.replace(/<svg[^>]*>/, (tag) => `${tag}${style}`);
}

async function load<Module>(name: string): Promise<Module> {
  try {
    return await import(name);
  } catch (cause) {
    const message = 'svg: expected the optional packages that draw it; npm install vega vega-lite';
    throw new SepconvError('ERR_OPTION', message, { argument: 'svg', fix: 'npm install vega vega-lite' }, cause);
  }
}

function specification(title: string, points: readonly Point[], limits: readonly Point[]): object {
  const contenders = [...new Set(points.map(({ contender }) => contender))];
  const layers = [...new Set(points.map(({ layer }) => layer))];
  const y = { field: 'layer', type: 'nominal', sort: layers, title: null };
  const x = {
    field: 'gigaflops',
    type: 'quantitative',
    scale: { type: 'log', nice: false },
    title: 'GFLOP/s (2 per multiply-add)',
  };
  const colour = { field: 'contender', type: 'nominal', title: null, sort: contenders, scale: { range: palette } };
  const text = 'currentColor';
  const axis = { labelColor: text, titleColor: text, domainColor: text, tickColor: text, gridColor: text };
  return {
    title,
    width: 640,
    height: { step: 18 },
    padding: 12,
    layer: [
      { data: { values: limits }, mark: { type: 'tick', color: text, thickness: 2 }, encoding: { x, y } },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: { x, y, color: colour },
      },
    ],
    config: {
      background: null,
      font: 'sans-serif',
      axis: { ...axis, gridOpacity: 0.15, labelLimit: 400 },
      axisY: { grid: true },
      legend: { labelColor: text, labelLimit: 400 },
      title: { color: text },
      view: { stroke: null },
    },
  };
}
