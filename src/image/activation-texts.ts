// Activations as the command line writes them: a name, where it has numbers with a colon and the numbers.
import { type Activation, readActivation } from '../core/activation.js';
import { invalid } from '../core/errors.js';
import { type ActivationName, activations } from '../core/params.js';
import { suggestion } from '../core/suggest.js';
import { readNumbers } from './option-texts.js';

type Name = ActivationName | 'relu6';

interface Numbered {
  readonly form: string;
  readonly example: string;
  readonly least: number;
  readonly most: number;
  of(numbers: readonly number[]): Activation;
}

const alpha = (type: 'leakyRelu' | 'elu', example: string): Numbered => ({
  form: `${type}[:alpha]`,
  example,
  least: 0,
  most: 1,
  of: ([factor]) => ({ type, alpha: factor }),
});

/** What has numbers. */
const numbered: Partial<Record<Name, Numbered>> = {
  clamp: {
    form: 'clamp:min,max',
    example: 'clamp:0,6',
    least: 2,
    most: 2,
    of: ([min, max]) => ({ type: 'clamp', min, max }),
  },
  prelu: {
    form: 'prelu:slope[,slope…]',
    example: 'prelu:0.25',
    least: 1,
    most: Number.POSITIVE_INFINITY,
    of: (slopes) => ({ type: 'prelu', slope: Float32Array.from(slopes) }),
  },
  leakyRelu: alpha('leakyRelu', 'leakyRelu:0.01'),
  elu: alpha('elu', 'elu:1'),
};

const names: readonly Name[] = ['linear', 'relu', 'relu6', ...activations.slice(2)];

/** How each activation is written. */
export const activationForms: readonly string[] = names.map((name) => numbered[name]?.form ?? name);

/**
 * Reads an activation.
 *
 * @throws SepconvError `ERR_OPTION`; `ERR_ACTIVATION` where the numbers can not be
 */
export function readActivationText(text: string): Activation {
  const [, word, rest] = /^([^:]*)(?::(.*))?$/s.exec(text)!;
  const name = names.find((known) => known === word);
  if (name === undefined) {
    const expected = `one of ${activationForms.join(', ')}`;
    throw invalid('ERR_OPTION', 'activation', expected, text, suggestion(word, names, 'name one of them'));
  }
  const own = numbered[name];
  const numbers = rest === undefined ? [] : readNumbers(rest);
  if (numbers === undefined || numbers.length < (own?.least ?? 0) || numbers.length > (own?.most ?? 0)) {
    throw invalid('ERR_OPTION', 'activation', own?.form ?? `${name} alone`, text, `write ${own?.example ?? name}`);
  }
  const activation = own && numbers.length > 0 ? own.of(numbers) : (name as Activation);
  readActivation('activation', activation);
  return activation;
}
