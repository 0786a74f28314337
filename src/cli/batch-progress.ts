// How far a batch is, on stderr: a bar on a terminal, a line now and then elsewhere.
import type { SingleBar } from 'cli-progress';

export interface BatchProgress {
  /** One picture more is over. */
  advance(isFailed: boolean): void;
  /** Says a sentence beside the progress. */
  say(sentence: string): void;
  end(): void;
}

/** Between two lines where there is no terminal, in milliseconds. */
const interval = 10_000;

/**
 * A bar needs the package cli-progress, which is optional; without it there are lines.
 *
 * @param total pictures that there are
 */
export async function batchProgress(total: number): Promise<BatchProgress> {
  const { SingleBar } = process.stderr.isTTY ? await import('cli-progress').catch(() => noBar) : noBar;
  const begin = performance.now();
  const counts = { over: 0, failed: 0 };
  const count = (isFailed: boolean) => {
    counts.over++;
    if (isFailed) counts.failed++;
  };
  const rate = () => ((counts.over * 1000) / Math.max(1, performance.now() - begin)).toFixed(1);
  return SingleBar === undefined ? lines(total, counts, count, rate) : bar(SingleBar, total, counts, count, rate);
}

const noBar = { SingleBar: undefined };

type Counts = { over: number; failed: number };

function bar(
  Bar: typeof SingleBar,
  total: number,
  counts: Counts,
  count: (isFailed: boolean) => void,
  rate: () => string,
): BatchProgress {
  const format = '{bar} {value}/{total}, {failed} failed, {rate} a second, {eta_formatted} left';
  const shown = new Bar({ format, stream: process.stderr, hideCursor: true, gracefulExit: false, fps: 8 });
  const showCursor = () => void process.stderr.write('\x1b[?25h');
  process.once('exit', showCursor);
  shown.start(total, 0, { failed: 0, rate: rate() });
  return {
    advance(isFailed) {
      count(isFailed);
      shown.update(counts.over, { failed: counts.failed, rate: rate() });
    },
    say: (sentence) => void process.stderr.write(`\r\x1b[K${sentence}\n`),
    end() {
      shown.stop();
      process.off('exit', showCursor);
    },
  };
}

function lines(total: number, counts: Counts, count: (isFailed: boolean) => void, rate: () => string): BatchProgress {
  const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const timer = setInterval(() => {
    say(`sepconv: ${counts.over} of ${total}, ${counts.failed} failed, ${rate()} a second`);
  }, interval);
  return { advance: count, say, end: () => clearInterval(timer) };
}
