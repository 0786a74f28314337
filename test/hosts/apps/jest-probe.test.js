const sepconv = require('sepconv');
const { probe } = require('./out/probe.cjs');

test('probe', () => {
  process.stderr.write(`${JSON.stringify(probe(sepconv))}\n`);
});
