// Steps as a job of the pool. Each is a pass over the units of its kernel, between passes that transpose where it must.
#pragma once
#include "plan.h"
#include "pool.h"
#include "transpose.h"

class Run : public Job {
 public:
  /**
   * @param room for the transposed operands of any of the steps, of `roomBytes`
   * @param mayEnd whether it may be cancelled, and so has parts that are soon over
   */
  Run(const Step* steps, int32_t count, void* room, bool mayEnd)
      : Job{doPart, advance, nullptr, 0, 0, 1, DONE, 0, 0, false, nullptr, 0, 0},
        step_(steps),
        end_(steps + count),
        room_(static_cast<float*>(room)),
        mayEnd_(mayEnd) {
    for (const Step* step = steps; step != end_; ++step) {
      const Plan& plan = *step->plan;
      if (uint64_t(plan.scratchBytes) > scratchBytes) scratchBytes = uint64_t(plan.scratchBytes);
      if (plan.threads > threads) threads = int32_t(plan.threads);
    }
    begin(step_->plan->transposes() ? INPUT : KERNEL);
  }

  static uint64_t roomBytes(const Step* steps, int32_t count) {
    uint64_t most = 0;
    for (const Step* step = steps; step != steps + count; ++step) {
      if (step->roomBytes() > most) most = step->roomBytes();
    }
    return most;
  }

 private:
  enum Pass { INPUT, RESIDUAL, KERNEL, OUTPUT };

  void begin(Pass pass) {
    const Plan& plan = *step_->plan;
    const int64_t units = unitsOf(plan, pass);
    const int64_t wanted = int64_t(mayEnd_ ? plan.shortParts : plan.parts);
    pass_ = pass;
    units_ = units;
    parts = int32_t(wanted < units ? wanted : units);
  }

  static int64_t unitsOf(const Plan& plan, Pass pass) {
    switch (pass) {
      case INPUT:
        return int64_t(plan.input.pixels);
      case RESIDUAL:
        return int64_t(plan.output.pixels);
      case KERNEL:
        return int64_t(plan.units);
      case OUTPUT:
        return int64_t(plan.output.channels);
    }
    return 0;
  }

  static bool advance(Job* job) {
    Run& run = *static_cast<Run*>(job);
    const Step& step = *run.step_;
    if (run.pass_ == INPUT && step.residual != nullptr) return run.begin(RESIDUAL), true;
    if (run.pass_ < KERNEL) return run.begin(KERNEL), true;
    if (run.pass_ == KERNEL && step.plan->transposes()) return run.begin(OUTPUT), true;
    if (++run.step_ == run.end_) return false;
    return run.begin(run.step_->plan->transposes() ? INPUT : KERNEL), true;
  }

  static void doPart(Job* job, void* scratch, int32_t part) {
    const Run& run = *static_cast<const Run*>(job);
    const int64_t begin = part * run.units_ / run.parts;
    const int64_t end = (part + 1) * run.units_ / run.parts;
    const Step& step = *run.step_;
    const Plan& plan = *step.plan;
    float* input = run.room_;
    float* output = input + plan.input.bytes() / sizeof(float);
    float* residual = output + plan.output.bytes() / sizeof(float);
    switch (run.pass_) {
      case INPUT:
        return toChannelsLast(plan.input, step.input, input, begin, end);
      case RESIDUAL:
        return toChannelsLast(plan.output, step.residual, residual, begin, end);
      case OUTPUT: {
        const Matrices& m = plan.output;
        return transpose(output, static_cast<float*>(step.output), int64_t(m.batch), int64_t(m.pixels),
                         int64_t(m.channels), begin, end);
      }
      case KERNEL:
        break;
    }
    Operands operands{step.input, step.output, step.residual, plan.packed, {plan.slopes[0], plan.slopes[1]}};
    if (plan.transposes()) {
      operands.input = input;
      operands.output = output;
      if (step.residual != nullptr) operands.residual = residual;
    }
    plan.kernel->run(plan.params, operands, scratch, int32_t(begin), int32_t(end));
  }

  static void toChannelsLast(const Matrices& m, const void* from, float* to, int64_t begin, int64_t end) {
    transpose(static_cast<const float*>(from), to, int64_t(m.batch), int64_t(m.channels), int64_t(m.pixels), begin,
              end);
  }

  const Step* step_;
  const Step* end_;
  float* room_;
  bool mayEnd_;
  Pass pass_ = KERNEL;
  int64_t units_ = 0;
};

/** Runs one step, on this thread and others; the outcome of the job. */
inline int32_t runStep(const Step& step) {
  void* room = nullptr;
  const uint64_t bytes = step.roomBytes();
  if (step.plan->scratchBytes > double(SIZE_MAX / 2)) return Job::OUT_OF_MEMORY;
  if (bytes > 0 && (room = malloc(size_t(bytes))) == nullptr) return Job::OUT_OF_MEMORY;
  Run run(&step, 1, room, false);
  Pool::shared().run(&run);
  free(room);
  return run.outcome;
}
