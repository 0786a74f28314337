// A run as a value: a plan, and the places that it reads and writes.
#pragma once
#include <float.h>

#include "params.h"

static_assert(FLT_EVAL_METHOD == 0, "sums must be rounded to float32 at each step");

/** NCHW images as `batch` matrices [channels, pixels] of float32. */
struct Matrices {
  double batch;
  double channels;
  double pixels;

  uint64_t bytes() const { return uint64_t(batch * channels * pixels) * sizeof(float); }
};

/** What runs of one size have in common: bytes that JavaScript keeps, with the packed weights, as long as they are
 * used. Its numbers are a Float64Array there (`planFields` in src/backends/native.ts). */
struct Plan {
  double units;
  double scratchBytes;
  double inputBytes;
  double outputBytes;
  /** How NCHW operands are transposed for a kernel that reads NHWC only; batches of 0 where they are right as they are.
   */
  Matrices input;
  Matrices output;
  /** Threads that a run is worth, and in how many parts they share it out. */
  double threads;
  double parts;
  /** Parts that are soon over, for runs that may be cancelled between them. */
  double shortParts;
  const Kernel* kernel;
  const void* packed;
  const float* slopes[maxStages];
  Params params[maxStages];

  bool transposes() const { return input.batch > 0; }
};

/** One run of a plan; `residual` may be null. */
struct Step {
  const Plan* plan;
  const void* input;
  void* output;
  const void* residual;

  /** What its transposed operands take. */
  uint64_t roomBytes() const {
    if (!plan->transposes()) return 0;
    return plan->input.bytes() + plan->output.bytes() * (residual == nullptr ? 1 : 2);
  }
};
