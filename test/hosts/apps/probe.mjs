// Runs in every host: some of each kind of operation on seeded values, and a hash of every bit of their results.
export function probe(sepconv) {
  const { backend, isa, reasons } = sepconv.defaultRuntime().info;
  const image = values(sepconv, [2, 13, 11, 24]);
  const depthwise = values(sepconv, [3, 3, 24, 1]);
  const pointwise = values(sepconv, [24, 17]);
  const outputs = [
    sepconv.depthwiseConv2d(image, depthwise, { padding: 'same', activation: 'hardSwish' }),
    sepconv.separableConv2d(image, depthwise, pointwise, { strides: 2, activation: 'gelu' }),
    sepconv.maxPool2d(image, { windowDimensions: 2 }),
  ];
  let hash = 0x811c9dc5;
  for (const { data } of outputs) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return { hash: (hash >>> 0).toString(16), backend, isa, reasons };
}

function values({ tensor }, shape) {
  let state = shape.length;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), shape);
}
