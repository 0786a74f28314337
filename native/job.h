// What the pool does: work that its threads share.
#pragma once
#include <stdint.h>

/** Work in parts, which any threads may do in any order. It goes through passes, one after another. */
struct Job {
  /** Does one part, with scratch of the thread that does it. */
  void (*work)(Job* job, void* scratch, int32_t part);
  /** Makes ready the next pass, its `parts` among them; false where there is none. */
  bool (*advance)(Job* job);
  /** Told by whichever thread ends the job, of one that nobody waits for; then the pool knows it no more. */
  void (*ended)(Job* job);
  uint64_t scratchBytes;
  int32_t parts;
  /** No more threads than these are at it at once. */
  int32_t threads;
  /** Why it ended before its time. */
  enum Outcome : int32_t { DONE, CANCELLED, OUT_OF_MEMORY } outcome;

  // The pool's own.
  int32_t next;
  int32_t active;
  bool over;
  Job* after;
  /** By the clock, in nanoseconds. */
  int64_t startedAt;
  int64_t begunAt;

  /** A thread may take a part of it. */
  bool isOpen() const { return next < parts && active < threads; }

  /** Milliseconds from its start to its first part, or to its end where it had none. */
  double waited() const { return double(begunAt - startedAt) / 1e6; }
};
