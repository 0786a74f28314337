// What crosses from JavaScript to a kernel, and nothing else. Plain data only: this header is compiled for every
// instruction set, so a function in it could be linked from the wrong one.
#pragma once
#include <stddef.h>
#include <stdint.h>

/** One stage of an op: the same fields in the same order as src/core/params.ts. */
struct Params {
  int32_t batch;
  int32_t inputHeight;
  int32_t inputWidth;
  int32_t outputHeight;
  int32_t outputWidth;
  int32_t paddingTop;
  int32_t paddingLeft;
  int32_t paddingBottom;
  int32_t paddingRight;
  int32_t inputChannels;
  int32_t outputChannels;
  int32_t filterHeight;
  int32_t filterWidth;
  int32_t strideHeight;
  int32_t strideWidth;
  int32_t dilationHeight;
  int32_t dilationWidth;
  /** Products in the sum of one output. */
  int32_t products;
  int32_t groups;
  int32_t reduction;
  int32_t border;
  int32_t layout;
  int32_t inputType;
  int32_t outputType;
  int32_t activation;
  float clampMin;
  float clampMax;
  float alpha;
};

enum Layout : int32_t { NHWC, NCHW };
enum Dtype : int32_t { FLOAT32, UINT8 };
enum Activation : int32_t {
  LINEAR,
  RELU,
  CLAMP,
  LEAKY_RELU,
  PRELU,
  HARD_SIGMOID,
  HARD_SWISH,
  ELU,
  SIGMOID,
  TANH,
  SILU,
  GELU,
  SOFTPLUS
};
enum Reduction : int32_t { MAX, AVERAGE, AVERAGE_PADDED };
enum Border : int32_t { ZERO, REPLICATE, REFLECT, WRAP };

/** Stages that a fused op may have. */
constexpr int32_t maxStages = 2;

/** The weights of one stage, in the op's canonical order. */
struct Weights {
  const void* filter;
  const float* bias;
};

/** What one run reads and writes, of the types that the params name; `residual` may be null. */
struct Operands {
  const void* input;
  void* output;
  const void* residual;
  const void* packed;
  /** prelu's slopes of each stage, one per output channel. */
  const float* slopes[maxStages];
};

/** An op, in one layout, on one instruction set. `p` points at the params of its stages, one after another. */
struct Kernel {
  const char* name;
  /** Bytes that the packed weights need, or the largest uint64_t where they are more than it can tell. */
  uint64_t (*packedBytes)(const Params* p);
  void (*pack)(const Params* p, const Weights* weights, void* packed);
  /** Pieces of work that threads may share out; each writes outputs of its own. */
  int32_t (*units)(const Params* p);
  /** Bytes that one thread needs beside its operands, by the same rule. */
  uint64_t (*scratchBytes)(const Params* p);
  void (*run)(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end);
};

struct KernelTable {
  const Kernel* kernels;
  int32_t count;
};
