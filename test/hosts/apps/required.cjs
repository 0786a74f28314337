const sepconv = require('sepconv');
import('./probe.mjs').then(({ probe }) => console.log(JSON.stringify(probe(sepconv))));
