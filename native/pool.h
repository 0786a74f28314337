// One thread pool a process, shared by all worker threads of Node. It splits work into parts and knows no op. Its
// threads are started on demand, sleep between calls, and are never joined: they hold nothing that exit must save.
#pragma once
#include <stdlib.h>
#include <uv.h>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

/** Round to nearest and keep subnormals while this object lives, whatever other native code has set. */
class DefaultRounding {
 public:
#if defined(__x86_64__) || defined(_M_X64)
  DefaultRounding() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
  ~DefaultRounding() { _mm_setcsr(saved_); }
#elif defined(__aarch64__)
  DefaultRounding() {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" : : "r"(uint64_t(0)));
  }
  ~DefaultRounding() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#endif

 private:
#if defined(__aarch64__)
  uint64_t saved_;
#else
  unsigned int saved_;
#endif
};

/** Memory of one thread, kept between calls and grown to the largest request. */
class Scratch {
 public:
  ~Scratch() { free(floats_); }
  bool reserve(size_t floats) {
    if (floats <= size_) return true;
    free(floats_);
    floats_ = static_cast<float*>(malloc(floats * sizeof(float)));
    size_ = floats_ == nullptr ? 0 : floats;
    return floats_ != nullptr;
  }
  float* floats() { return floats_; }

 private:
  float* floats_ = nullptr;
  size_t size_ = 0;
};

class Pool {
 public:
  /** Does one part of a call, with the scratch of the thread that does it. */
  using Work = void (*)(const void* call, float* scratch, int part);

  static Pool& shared() {
    static Pool* pool = new Pool;
    return *pool;
  }

  /** Does the parts 0 … parts − 1, some on this thread; returns when all are done, or false where memory is short. */
  bool run(Work work, const void* call, int parts, size_t scratchFloats) {
    static thread_local Scratch scratch;
    if (!scratch.reserve(scratchFloats)) return false;
    const DefaultRounding rounding;
    if (parts <= 1) {
      work(call, scratch.floats(), 0);
      return true;
    }
    Job job{work, call, parts, scratchFloats, 0, 0, nullptr};
    uv_mutex_lock(&mutex_);
    startThreads(parts - 1);
    append(&job);
    uv_cond_broadcast(&wake_);
    while (job.next < job.parts) doPart(&job, scratch);
    while (job.done < job.parts) uv_cond_wait(&finished_, &mutex_);
    uv_mutex_unlock(&mutex_);
    return true;
  }

 private:
  struct Job {
    Work work;
    const void* call;
    int parts;
    size_t scratchFloats;
    int next;
    int done;
    Job* after;
  };

  Pool() {
    uv_mutex_init(&mutex_);
    uv_cond_init(&wake_);
    uv_cond_init(&finished_);
  }

  /** Takes the next part of a job, does it unlocked, and counts it. The job leaves the queue with its last part. */
  void doPart(Job* job, Scratch& scratch) {
    const int part = job->next++;
    if (job->next == job->parts) remove(job);
    uv_mutex_unlock(&mutex_);
    job->work(job->call, scratch.floats(), part);
    uv_mutex_lock(&mutex_);
    if (++job->done == job->parts) uv_cond_broadcast(&finished_);
  }

  void append(Job* job) {
    Job** last = &queue_;
    while (*last != nullptr) last = &(*last)->after;
    *last = job;
  }

  void remove(Job* job) {
    Job** at = &queue_;
    while (*at != job) at = &(*at)->after;
    *at = job->after;
  }

  /** Threads that can not be started are done without: the caller does their parts. */
  void startThreads(int count) {
    for (uv_thread_t thread; threads_ < count && uv_thread_create(&thread, serve, this) == 0; ++threads_) {
    }
  }

  static void serve(void* pool) { static_cast<Pool*>(pool)->serveForever(); }

  void serveForever() {
    Scratch scratch;
    const DefaultRounding rounding;
    uv_mutex_lock(&mutex_);
    for (;;) {
      Job* job = queue_;
      while (job != nullptr && !scratch.reserve(job->scratchFloats)) job = job->after;
      if (job != nullptr) {
        doPart(job, scratch);
      } else {
        uv_cond_wait(&wake_, &mutex_);
      }
    }
  }

  uv_mutex_t mutex_;
  uv_cond_t wake_;
  uv_cond_t finished_;
  Job* queue_ = nullptr;
  int threads_ = 0;
};
