// What the runs of a server do, for Prometheus: how many are under way, how long they wait and compute, what goes wrong.
import { channel } from 'node:diagnostics_channel';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RunMessage } from 'sepconv';

const labelNames = ['op', 'backend', 'isa'] as const;

/** Adds the metrics to a registry. @returns ends them */
export function observeRuns(registry: Registry): () => void {
  const common = { labelNames, registers: [registry] };
  const buckets = [0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2];
  const underWay = new Gauge({ name: 'sepconv_runs', help: 'Runs under way.', ...common });
  const queue = new Histogram({ name: 'sepconv_queue_seconds', help: 'Waiting for a thread.', buckets, ...common });
  const time = new Histogram({ name: 'sepconv_run_seconds', help: 'Computing.', buckets, ...common });
  const errors = new Counter({ name: 'sepconv_errors_total', help: 'Runs that failed or were aborted.', ...common });

  const start = (message: unknown) => underWay.inc(labelsOf(message as RunMessage));
  const end = (message: unknown) => {
    const { queueTime, runTime, error } = message as RunMessage;
    // An asynchronous run goes on after its `end`.
    if (queueTime === undefined || runTime === undefined) return;
    const labels = labelsOf(message as RunMessage);
    underWay.dec(labels);
    queue.observe(labels, queueTime / 1000);
    time.observe(labels, runTime / 1000);
    if (error !== undefined) errors.inc(labels);
  };
  const listeners = { start, end, asyncEnd: end };
  for (const [event, listener] of Object.entries(listeners))
    channel(`tracing:sepconv:run:${event}`).subscribe(listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) {
      channel(`tracing:sepconv:run:${event}`).unsubscribe(listener);
    }
  };
}

function labelsOf({ op, backend, isa }: RunMessage) {
  return { op, backend, isa };
}
