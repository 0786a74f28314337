// What the tracing channel of runs tells.
import { channel } from 'node:diagnostics_channel';
import { activate, activateAsync, tensor } from 'sepconv';

const events = [];
for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) {
  channel(`tracing:sepconv:run:${event}`).subscribe(({ op, runTime }) => {
    events.push(`${event} of ${op}${runTime >= 0 ? ', timed' : ''}`);
  });
}
const image = tensor(new Float32Array(4), [1, 1, 1, 4]);
activate(image, 'relu');
await activateAsync(image, 'relu');
console.log(JSON.stringify(events));
