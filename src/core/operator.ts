// From a declared op to a result: weights packed once, shapes settled per input size, operands checked per run.
import { throwIfAborted } from './aborts.js';
import type { AllocatedTensor } from './allocated.js';
import type { TensorData } from './arrays.js';
import { Call } from './call.js';
import { type Cost, costOf } from './cost.js';
import { SepconvError } from './errors.js';
import type { Kernels, Prepared, Stage, Waited } from './kernels.js';
import { permute } from './layout.js';
import {
  checkOptions,
  type ResidualRule,
  type RunArguments,
  type RunAsyncOptions,
  type RunOptions,
  readSignal,
} from './options.js';
import { workOf } from './places.js';
import { OutputRing } from './ring.js';
import type { Op, Settled, SettledStage } from './settled.js';
import { readShape, type Shape, sizeOf } from './shape.js';
import { Sizes } from './sizes.js';
import { runCall, Staging, startCall } from './staging.js';
import {
  iteratorOf,
  type ReadStreamOptions,
  readStreamOptions,
  type Source,
  type StreamOptions,
  streamOf,
} from './stream.js';
import { arrayOf, readTensorData, readTensorShape, type Tensor } from './tensor.js';
import { type Traced, type Tracing, tracing } from './tracing.js';

/** @internal The names of what belongs to a run. */
export const withResidual = { run: ['out', 'residual'], runAsync: ['out', 'residual', 'signal'] };
const optionsOf = {
  none: { run: ['out'], runAsync: ['out', 'signal'] },
  optional: withResidual,
  required: withResidual,
} as const;

/** An input of a stream, with what it is added to where the operator adds. */
export type StreamItem<D extends TensorData, R extends ResidualRule> =
  | (R extends 'required' ? never : Tensor<D>)
  | (R extends 'none' ? never : { readonly input: Tensor<D>; readonly residual: Tensor<D> });

/**
 * An op whose weights are checked and packed: runs on any batch and any image size, again and again.
 *
 * A run with `out` on an input of the same size as the last one allocates nothing. What does: a run without `out` (the
 * output), a new size (the shapes), NCHW where the kernel has no such layout, and `out` on shared memory that may be the
 * input's; `bench/million.mjs` has the costs.
 */
export class Operator<D extends TensorData = Float32Array, R extends ResidualRule = 'optional'> {
  readonly #kernels: Kernels;
  readonly #settled: Settled;
  readonly #traced: Traced;
  readonly #sizes: Sizes;
  #prepared: Prepared | undefined;
  /** For the next run; a run that is begun inside of another one, by a getter of the caller's, makes its own. */
  #idle: Call | undefined = new Call();
  readonly #staging = new Staging();
  readonly #underWay = new Set<Promise<unknown>>();

  /** @internal Made by the `prepare…` functions; by one-shot calls with the names of options that belong to their run. */
  constructor(
    kernels: Kernels,
    op: Op<never>,
    filters: readonly Tensor[],
    options: object | undefined,
    inputChannels?: number,
    ofRun: readonly string[] = [],
  ) {
    checkOptions(options, [...op.options, ...ofRun]);
    const shapes = op.filters.map((name, index) => readTensorShape(name, filters[index]));
    const data = op.filters.map((name, index) => readTensorData(name, filters[index]));
    const settled = op.settle(shapes, (options ?? {}) as never, inputChannels);
    const weights = op.filters.map((name, index) => arrayOf(name, data[index], sizeOf(shapes[index]), 'float32'));
    this.#kernels = kernels;
    this.#settled = settled;
    this.#traced = { op, kernels };
    this.#sizes = new Sizes(settled);
    this.#prepared = kernels.prepare(
      settled.kernel,
      settled.stages.map((stage, index) => toStage(stage, weights[index] as Float32Array | undefined)),
    );
  }

  /**
   * Runs on one input.
   *
   * @param input in the operator's layout and type
   * @param options `out`, and `residual` where the operator takes one
   * @returns `out` where it is given, else a new tensor
   * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`;
   * nothing is written then
   * @example
   * const out = tensor(new Float32Array(outputLength), layer.outputShape(image.shape));
   * for (const image of images) show(layer.run(image, { out }));
   */
  run(input: Tensor<D>, ...options: RunArguments<D, R>): Tensor<D>;
  run(input: Tensor<D>, options?: RunOptions<D>): Tensor<D> {
    return tracing?.run.hasSubscribers ? this.#traceRun(tracing, input, options) : this.#run(input, options);
  }

  /** Apart, because the function that is made here costs whoever makes it, traced or not. */
  #traceRun(tracing: Tracing, input: Tensor<D>, options: RunOptions<D> | undefined): Tensor<D> {
    return tracing.traceRun(this.#traced, input, () => this.#run(input, options));
  }

  #run(input: Tensor<D>, options: RunOptions<D> | undefined): Tensor<D> {
    checkOptions(options, optionsOf[this.#settled.residual].run);
    const call = this.#idle ?? new Call();
    this.#idle = undefined;
    try {
      call.read(this.#settled, this.#sizes, input, options?.out, options?.residual);
      call.check(this.#live());
      runCall(this.#kernels, call, this.#staging, this.#underWay.size);
      return call.result as Tensor<D>;
    } finally {
      call.clear();
      this.#idle = call;
    }
  }

  /**
   * Runs on one input while the event loop goes on: on threads of the backend, or where it has none in slices. Work that
   * is over sooner than it could be handed over is done at once.
   *
   * Tensors of `runtime.allocate` and arrays on SharedArrayBuffers are used where they stand, and must not be written
   * meanwhile; of others a copy is taken at the call, and the result is copied to `out` at the end. A transferred `out`
   * gives `ERR_BUFFER` then.
   *
   * @param input in the operator's layout and type
   * @param options `out`, `signal`, and `residual` where the operator takes one
   * @returns `out` where it is given, else a new tensor; rejects with `signal.reason` when the run is aborted, and then
   * nothing is read or written any more
   * @throws SepconvError (rejects) as `run` does
   * @example
   * const features = await layer.runAsync(image, { signal: AbortSignal.timeout(1000) });
   */
  runAsync(input: Tensor<D>, ...options: RunArguments<D, R, Pick<RunAsyncOptions, 'signal'>>): Promise<Tensor<D>>;
  async runAsync(input: Tensor<D>, options?: RunAsyncOptions<D>): Promise<Tensor<D>> {
    return tracing?.run.hasSubscribers
      ? tracing.traceRunAsync(this.#traced, input, (waited) => this.#runAsync(input, options, waited))
      : this.#runAsync(input, options);
  }

  async #runAsync(input: Tensor<D>, options: RunAsyncOptions<D> | undefined, waited?: Waited): Promise<Tensor<D>> {
    checkOptions(options, optionsOf[this.#settled.residual].runAsync);
    const signal = readSignal(options?.signal);
    const call = new Call();
    call.read(this.#settled, this.#sizes, input, options?.out, options?.residual);
    throwIfAborted(signal);
    call.check(this.#live());
    if (call.isEmpty || workOf(call.sized.params) < this.#kernels.shortWork) {
      runCall(this.#kernels, call, this.#staging, this.#underWay.size);
    } else {
      const started = startCall(this.#kernels, call, this.#staging, signal, this.#underWay.size + 1, waited);
      this.#underWay.add(started);
      try {
        await started;
      } finally {
        this.#underWay.delete(started);
      }
    }
    return call.result as Tensor<D>;
  }

  /**
   * Runs on one input after another and gives the outputs in their order, several under way at once: as many as
   * `concurrency` are taken from the source and not yet handed on, so a slow consumer holds the source back.
   *
   * @param source tensors, or `{ input, residual }`: an iterable, also of promises, an async iterable or a
   * ReadableStream. It is closed when the stream ends before it, whether by the consumer, an abort or an error
   * @param options `concurrency`, `ordered`, `signal`, `reuse`
   * @returns the outputs
   * @throws SepconvError `ERR_OPTION` at the call; what a run throws, what the source throws and `signal.reason` end the
   * stream
   * @example
   * for await (const features of layer.stream(images, { concurrency: 4 })) show(features);
   */
  stream(source: Source<StreamItem<D, R>>, options?: StreamOptions): AsyncGenerator<Tensor<D>, void, undefined> {
    const settings = readStreamOptions(options, this.#kernels.threads + 1);
    const items = iteratorOf(source);
    const ring = settings.reuse ? new OutputRing(this.#kernels, this.#settled.outputType) : undefined;
    const streamed = (source: typeof items) => this.#streamed(source, settings, ring);
    return tracing?.stream.hasSubscribers
      ? tracing.traceStream(this.#traced, settings.concurrency, items, streamed)
      : streamed(items);
  }

  /**
   * The shape that `run` would give.
   *
   * @param inputShape of an input, in the operator's layout
   * @returns the output's shape, in the same layout
   * @throws SepconvError `ERR_SHAPE`, `ERR_PADDING`
   * @example
   * layer.outputShape([1, 224, 224, 3]); // [1, 112, 112, 32]
   */
  outputShape(inputShape: Shape): Shape {
    return this.#sizes.of(readShape('inputShape', inputShape, 4)).outputShape;
  }

  /**
   * What `run` costs: parameters, multiply-adds, bytes.
   *
   * @param inputShape of an input, in the operator's layout
   * @returns the counts; see `Cost`
   * @throws SepconvError `ERR_SHAPE`, `ERR_PADDING`
   * @example
   * const { multiplyAdds, ratio } = layer.cost([1, 224, 224, 3]);
   */
  cost(inputShape: Shape): Cost {
    return costOf(this.#settled, this.#sizes.of(readShape('inputShape', inputShape, 4)).params);
  }

  /** Frees the packed weights, once no run that was started needs them; any later run throws `ERR_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#prepared?.dispose();
    this.#prepared = undefined;
    this.#staging.clear();
  }

  /** The same, and waits for the runs that were started. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await Promise.allSettled(this.#underWay);
  }

  #live(): Prepared {
    if (this.#prepared === undefined) {
      throw new SepconvError('ERR_DISPOSED', 'operator: it was disposed; prepare a new one', { argument: 'operator' });
    }
    return this.#prepared;
  }

  async *#streamed(
    items: AsyncIterator<StreamItem<D, R>> | Iterator<StreamItem<D, R>>,
    settings: ReadStreamOptions,
    ring: OutputRing | undefined,
  ): AsyncGenerator<Tensor<D>, void, undefined> {
    const operator = this as unknown as Operator<D>;
    const start = async (item: StreamItem<D, 'optional'>, signal: AbortSignal) => {
      const { input, residual } = item !== null && typeof item === 'object' && 'input' in item ? item : { input: item };
      if (ring === undefined) return operator.runAsync(input, { residual, signal });
      const out = ring.take(this.#sizes.of(readTensorShape('input', input, 4)).outputShape) as unknown as Tensor<D>;
      return operator.runAsync(input, { out, residual, signal });
    };
    try {
      for await (const result of streamOf(items, start, settings)) {
        yield result;
        ring?.give(result as unknown as AllocatedTensor<TensorData>);
      }
    } finally {
      ring?.dispose();
    }
  }
}

const noFilter = new Float32Array();

function toStage({ config, bias, slope, filter }: SettledStage, data: Float32Array | undefined): Stage {
  if (filter === undefined || data === undefined) return { config, bias, slope, filter: noFilter };
  const inOrder = filter.order.every((axis, index) => axis === index);
  return { config, bias, slope, filter: inOrder ? data : permute(data, filter.shape, filter.order) };
}
