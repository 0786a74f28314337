// A server that softens the pictures that are posted to it. While one is computed it answers others, and stops for
// whoever goes away.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { prepareSepFilter2d, tensor } from 'sepconv';
import sharp from 'sharp';

/** A Gaussian of five taps. */
const taps = Float32Array.of(1, 4, 6, 4, 1).map((tap) => tap / 16);
const soften = prepareSepFilter2d(taps, taps, { dtype: 'uint8' });

export const server = createServer(async (request, response) => {
  const stop = new AbortController();
  response.once('close', () => stop.abort());
  try {
    const picture = sharp(await buffer(request));
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    const image = tensor(data, [1, info.height, info.width, info.channels]);
    const softened = await soften.runAsync(image, { signal: stop.signal });
    const body = await sharp(softened.data, { raw: info }).png().toBuffer();
    response.setHeader('content-type', 'image/png').end(body);
  } catch (error) {
    if (!stop.signal.aborted) response.writeHead(400).end(`${(error as Error).message}\n`);
  }
});
