// The example's Worker, asked from inside of workerd.
import { decode, encode } from 'fast-png';
import worker from './picture-worker.ts';

export default {
  async test() {
    const data = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => (i * 29) % 256);
    const body = encode({ width: 8, height: 8, channels: 4, data });
    const response = await worker.fetch(new Request('https://example.test/', { method: 'POST', body }));
    const softened = decode(new Uint8Array(await response.arrayBuffer()));
    console.log(JSON.stringify({ status: response.status, data: [...softened.data] }));
  },
};
