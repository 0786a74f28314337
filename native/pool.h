// One thread pool a process, shared by all worker threads of Node. It shares out the parts of jobs and knows no op. Its
// threads are started on demand, look out for the next job for a moment, then sleep, and end when they have slept for
// long. Plain platform threads, plain memory and no destructor: the library needs nothing but libc.
#pragma once
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "job.h"
#include "placement.h"
#include "rounding.h"
#include "scratch.h"

class Pool {
  /** One of its threads. */
  struct Thread {
    Placement placement;
    /** Parts may be taken. */
    pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
    bool isAsleep = false;
    Thread* after = nullptr;
  };

 public:
  static Pool& shared() { return pool; }

  /** The processors that this process may use: so many threads, unless a job asks for more. */
  void setProcessors(int32_t count) { processors_ = count; }

  /** Does a job, the calling thread among its threads; returns when it is over. */
  void run(Job* job) {
    Scratch* scratch = ofThisThread();
    void* room = scratch == nullptr ? nullptr : scratch->reserve(job->scratchBytes);
    if (room == nullptr && job->scratchBytes > 0) {
      job->outcome = Job::OUT_OF_MEMORY;
      return;
    }
    const DefaultRounding rounding;
    if (job->threads <= 1) {
      do {
        for (int32_t part = 0; part < job->parts; ++part) job->work(job, room, part);
      } while (job->advance(job));
    } else {
      runShared(job, *scratch);
    }
    scratch->releaseLarge();
  }

  /** Does a job on threads of the pool; returns at once. False where there is no thread to be had. */
  bool start(Job* job) {
    job->startedAt = now();
    lock();
    const bool served = startThreads(job->threads) > 0;
    if (served) {
      *lastPlace() = job;
      wake(job->threads, -1);
    }
    unlock();
    return served;
  }

  /** Returns when a job is over that was started. */
  void wait(const Job* job) {
    lock();
    while (!job->over) pthread_cond_wait(&over_, &mutex_);
    unlock();
  }

  /** No job ends meanwhile. */
  template <class Action>
  void whileLocked(Action action) {
    lock();
    action();
    unlock();
  }

  /** Ends a job that was started after the parts that are under way; one that is over is left alone. */
  void cancel(Job* job) {
    lock();
    if (!job->over) stop(job, Job::CANCELLED);
    unlock();
  }

 private:
  constexpr Pool() = default;

  void runShared(Job* job, Scratch& scratch) {
    lock();
    startThreads(job->threads - 1);
    // Before those that nobody waits for.
    job->after = queue_;
    queue_ = job;
    // This thread is busy where it is.
    wake(job->threads - 1, Placement::here());
    for (int64_t watchEnd = 0; !job->over;) {
      if (job->isOpen()) {
        doPart(job, scratch);
        watchEnd = now() + watchNanoseconds;
      } else if (!watch(watchEnd)) {
        pthread_cond_wait(&over_, &mutex_);
      }
    }
    unlock();
  }

  /** Takes the next part of an open job and does it, unlocked meanwhile. */
  void doPart(Job* job, Scratch& scratch) {
    const int32_t part = job->next++;
    ++job->active;
    noteBegin(job);
    unlock();
    void* room = scratch.reserve(job->scratchBytes);
    const bool hasRoom = room != nullptr || job->scratchBytes == 0;
    if (hasRoom) job->work(job, room, part);
    lock();
    --job->active;
    if (!hasRoom)
      stop(job, Job::OUT_OF_MEMORY);
    else if (job->next == job->parts && job->active == 0)
      finishPass(job);
    // A thread that this part kept away may take the next one.
    else if (job->isOpen())
      wake(1, Placement::here());
  }

  void finishPass(Job* job) {
    if (job->outcome == Job::DONE && job->advance(job)) {
      job->next = 0;
      wake(job->threads - 1, Placement::here());
      pthread_cond_broadcast(&over_);
    } else {
      end(job);
    }
  }

  /** Leaves out what no thread has begun. */
  void stop(Job* job, Job::Outcome outcome) {
    if (job->outcome == Job::DONE) job->outcome = outcome;
    job->next = job->parts;
    if (job->active == 0) end(job);
  }

  void end(Job* job) {
    Job** at = &queue_;
    while (*at != job) at = &(*at)->after;
    *at = job->after;
    job->over = true;
    noteBegin(job);
    if (job->ended != nullptr) job->ended(job);
    note();
    pthread_cond_broadcast(&over_);
  }

  static void noteBegin(Job* job) {
    if (job->begunAt == 0) job->begunAt = now();
  }

  static int64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
  }

  Job** lastPlace() {
    Job** last = &queue_;
    while (*last != nullptr) last = &(*last)->after;
    return last;
  }

  /** Starts threads for a job that can use so many, beside those that the jobs before it use. Threads that can not be
   * started are done without. */
  int32_t startThreads(int32_t useful) {
    int32_t wanted = useful;
    for (const Job* job = queue_; job != nullptr; job = job->after) wanted += job->threads;
    const int32_t most = processors_ > useful ? processors_ : useful;
    if (wanted > most) wanted = most;
    for (pthread_t thread; threads_ < wanted && pthread_create(&thread, nullptr, serve, this) == 0; ++threads_) {
      pthread_detach(thread);
    }
    return threads_;
  }

  static void* serve(void* pool) {
    static_cast<Pool*>(pool)->serveUntilIdle();
    return nullptr;
  }

  void serveUntilIdle() {
    Scratch scratch;
    Thread thread;
    const DefaultRounding rounding;
    lock();
    int64_t watchEnd = 0;
    for (bool isIdle = false;;) {
      Job* job = queue_;
      while (job != nullptr && !job->isOpen()) job = job->after;
      if (job != nullptr) {
        doPart(job, scratch);
        isIdle = false;
        watchEnd = now() + watchNanoseconds;
      } else if (isIdle) {
        break;
      } else {
        scratch.releaseLarge();
        isIdle = !(watch(watchEnd) || sleep(thread));
      }
    }
    --threads_;
    unlock();
    scratch.release();
  }

  /** Ends a watch. Called locked. */
  void note() { __atomic_store_n(&notes_, notes_ + 1, __ATOMIC_RELAXED); }

  /** Looks out until something is noted, unlocked, since a thread that sleeps takes long to wake; false at the end. */
  bool watch(int64_t end) {
    // It would keep those waiting for whom it looks out.
    if (processors_ < 2 || threads_ > processors_) return false;
    const uint32_t seen = notes_;
    unlock();
    while (__atomic_load_n(&notes_, __ATOMIC_RELAXED) == seen && now() < end) pause();
    lock();
    return notes_ != seen;
  }

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  /** False where nothing has woken this thread for long. */
  bool sleep(Thread& thread) {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += idleSeconds;
    thread.isAsleep = true;
    thread.after = sleepers_;
    sleepers_ = &thread;
    while (thread.isAsleep && pthread_cond_timedwait(&thread.wake, &mutex_, &until) == 0) {
    }
    if (!thread.isAsleep) return true;
    Thread** at = &sleepers_;
    while (*at != &thread) at = &(*at)->after;
    *at = thread.after;
    return false;
  }

  /** Wakes so many of those that sleep, the last ones first, elsewhere than on one core; -1 for anywhere. */
  void wake(int32_t count, int busyCore) {
    note();
    for (; count > 0 && sleepers_ != nullptr; --count) {
      Thread& thread = *sleepers_;
      sleepers_ = thread.after;
      thread.isAsleep = false;
      thread.placement.avoid(busyCore);
      pthread_cond_signal(&thread.wake);
    }
  }

  /** The scratch of a thread that is not the pool's, freed when it ends; null where memory is short. */
  Scratch* ofThisThread() {
    pthread_once(&hasKey_, [] { pthread_key_create(&pool.key_, dropScratch); });
    Scratch* scratch = static_cast<Scratch*>(pthread_getspecific(key_));
    if (scratch == nullptr) {
      scratch = static_cast<Scratch*>(calloc(1, sizeof(Scratch)));
      pthread_setspecific(key_, scratch);
    }
    return scratch;
  }

  static void dropScratch(void* scratch) {
    static_cast<Scratch*>(scratch)->release();
    free(scratch);
  }

  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

  static constexpr int idleSeconds = 10;
  /** Some times what it takes to wake a thread on a virtual machine, and the pause between two layers of a network. */
  static constexpr int64_t watchNanoseconds = 200'000;
  static Pool pool;

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  /** A job that somebody waits for is over, or has parts again. */
  pthread_cond_t over_ = PTHREAD_COND_INITIALIZER;
  pthread_once_t hasKey_ = PTHREAD_ONCE_INIT;
  pthread_key_t key_ = 0;
  Job* queue_ = nullptr;
  Thread* sleepers_ = nullptr;
  /** Counts the times that parts were opened or a job ended. */
  uint32_t notes_ = 0;
  int32_t processors_ = 1;
  int32_t threads_ = 0;
};

inline Pool Pool::pool;
