// A Worker of an edge: takes a PNG by POST and gives it back softened. The codec is plain JavaScript.
import { decode, encode } from 'fast-png';
import { sepFilter2d, tensor } from 'sepconv';

/** A Gaussian of five taps. */
const taps = Float32Array.of(1, 4, 6, 4, 1).map((tap) => tap / 16);
const maxBytes = 4 * 2 ** 20;

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'POST') return refuse(405, 'POST a PNG');
    const file = new Uint8Array(await request.arrayBuffer());
    if (file.length > maxBytes) return refuse(413, `a PNG of at most ${maxBytes} bytes`);
    let picture: ReturnType<typeof decode>;
    try {
      picture = decode(file);
    } catch (error) {
      return refuse(400, `this is no PNG: ${(error as Error).message}`);
    }
    const { width, height, channels, depth, palette } = picture;
    if (depth !== 8 || palette !== undefined) return refuse(415, 'a PNG of 8 bits a sample, without a palette');
    const image = tensor(new Uint8Array(picture.data), [1, height, width, channels]);
    const { data } = sepFilter2d(image, taps, taps);
    const body = encode({ width, height, channels, depth, data });
    return new Response(body as BodyInit, { headers: { 'content-type': 'image/png' } });
  },
};

function refuse(status: number, reason: string): Response {
  return new Response(`${reason}\n`, { status });
}
