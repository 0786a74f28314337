// The chart of a run: its contenders and the limit of the machine.
import { chart } from '../src/measure/chart.js';
import { median } from '../src/measure/sampler.js';
import { contenders } from './contenders/index.js';
import type { Result } from './result.js';

/**
 * An SVG.
 *
 * @param isWhole whether every contender of the run is drawn, and not those alone that stand for their kind
 */
export function drawResult({ version, machine, layers }: Result, isWhole: boolean): Promise<string> {
  const drawn = contenders.filter(({ charted }) => isWhole || charted).map(({ name }) => name);
  const points = layers.flatMap(({ layer, multiplyAdds, rows }) =>
    drawn.flatMap((contender) => {
      const row = rows.find((candidate) => candidate.contender === contender);
      return row === undefined
        ? []
        : [{ layer: layer.name, contender, gigaflops: (2 * multiplyAdds) / row.median / 1e9 }];
    }),
  );
  const limits = layers.flatMap(({ layer, multiplyAdds, rows }) => {
    const roofline = rows.find(({ contender }) => contender === drawn[0])?.roofline;
    if (roofline === undefined || roofline.length === 0) return [];
    return [{ layer: layer.name, contender: 'limit', gigaflops: (2 * multiplyAdds) / median(roofline) / 1e9 }];
  });
  return chart(`sepconv ${version} on one core, ${machine.processor}; lines: the limit of ${drawn[0]}`, points, limits);
}
