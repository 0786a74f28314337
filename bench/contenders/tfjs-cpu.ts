import { multiplyAdds } from '../../src/measure/layer.js';
import { type Contender, slowLimit } from '../contender.js';
import { loadPeer } from '../peers.js';
import { hasOperation, tfjs } from './tfjs.js';

async function backend(): Promise<void> {
  loadPeer('@tensorflow/tfjs-backend-cpu');
}

export const tfjsCpu: Contender = {
  name: 'TensorFlow.js CPU',
  library: 'TensorFlow.js',
  class: 'javascript',
  unit: 'madd32',
  threads: 1,
  takes: (layer) => hasOperation(layer) && multiplyAdds(layer) < slowLimit,
  runs: tfjs(backend, 'cpu', false),
};
