// The pool without Node, for the thread sanitizer: calling threads that run, start, cancel and wait at once, and every
// part of every job counted.
#include "../native/pool.h"

#include <stdio.h>

#include <atomic>
#include <thread>
#include <vector>

namespace {

constexpr int32_t callers = 4;
constexpr int32_t rounds = 3000;

/** A job of some passes, which counts its parts and writes a row of cells by each of them. */
struct Counted : Job {
  std::atomic<int32_t> done{0};
  std::atomic<bool> told{false};
  int32_t passes;
  std::vector<int32_t> cells;

  Counted(int32_t parts, int32_t threads, int32_t passes, uint64_t scratchBytes)
      : Job{doPart, advance, nullptr, scratchBytes, parts, threads, DONE, 0, 0, false, nullptr, 0, 0},
        passes(passes),
        cells(size_t(parts)) {}

  static void doPart(Job* job, void* scratch, int32_t part) {
    Counted& self = *static_cast<Counted*>(job);
    if (self.scratchBytes > 0) static_cast<char*>(scratch)[self.scratchBytes - 1] = 1;
    // Not atomic: a later pass must see what an earlier one wrote, whichever thread did it.
    ++self.cells[size_t(part)];
    self.done.fetch_add(1, std::memory_order_relaxed);
  }

  static bool advance(Job* job) { return --static_cast<Counted*>(job)->passes > 0; }
};

std::atomic<int32_t> faults{0};

void expect(bool holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "%s\n", what);
  ++faults;
}

void call(int32_t seed) {
  Pool& pool = Pool::shared();
  uint32_t state = uint32_t(seed) * 2654435761u + 1;
  const auto next = [&state](uint32_t below) {
    return int32_t((state = state * 1664525u + 1013904223u) >> 8) % int32_t(below);
  };
  for (int32_t round = 0; round < rounds; ++round) {
    const int32_t parts = 1 + next(12), passes = 1 + next(3);
    Counted job(parts, 1 + next(4), passes, uint64_t(next(4)) * 1000);
    if (next(2) == 0) {
      pool.run(&job);
      expect(job.outcome == Job::DONE && job.done == parts * passes, "a run left parts out");
      for (const int32_t count : job.cells) expect(count == passes, "a part was not done once a pass");
      continue;
    }
    job.ended = [](Job* ended) { static_cast<Counted*>(ended)->told = true; };
    expect(pool.start(&job), "a job was not started");
    const bool cancels = next(3) == 0;
    if (cancels) pool.cancel(&job);
    pool.wait(&job);
    expect(job.told, "the end of a job was not told");
    expect(job.outcome == Job::DONE ? job.done == parts * passes : cancels, "a job ended before its time");
  }
}

}  // namespace

int main() {
  Pool::shared().setProcessors(3);
  std::vector<std::thread> threads;
  for (int32_t i = 0; i < callers; ++i) threads.emplace_back(call, i);
  for (std::thread& thread : threads) thread.join();
  printf("%d jobs from %d threads, %d faults\n", callers * rounds, callers, faults.load());
  return faults == 0 ? 0 : 1;
}
