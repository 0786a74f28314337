// What the convolutions have in common: from a settled window and epilogue to the config of one stage.
import type { ActivationConfig } from '../core/options.js';
import { type Config, type Layout, layouts } from '../core/params.js';
import type { Window } from '../core/window.js';

/** The config of one float32 convolution stage; `products` is how many products the sum of one output has. */
export function convolutionConfig(
  window: Window,
  { inputChannels, outputChannels }: { readonly inputChannels: number; readonly outputChannels: number },
  products: number,
  layout: Layout,
  activation: ActivationConfig,
): Config {
  const { padding, ...extents } = window;
  return {
    ...extents,
    inputChannels,
    outputChannels,
    products,
    layout: layouts.indexOf(layout),
    dtype: 0,
    ...activation,
  };
}
