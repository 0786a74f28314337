// One thread pool a process, shared by all worker threads of Node. It shares out the parts of jobs and knows no op. Its
// threads are started on demand, sleep between jobs, and end when they have slept for long. Plain platform threads,
// plain memory and no destructor: the library needs nothing but libc.
#pragma once
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "rounding.h"

/** Memory of one thread, kept between calls unless it is large. */
class Scratch {
 public:
  /** Null where memory is short. */
  void* reserve(uint64_t bytes) {
    if (bytes <= size_) return block_;
    release();
    block_ = bytes > SIZE_MAX ? nullptr : malloc(size_t(bytes));
    size_ = block_ == nullptr ? 0 : bytes;
    return block_;
  }

  void releaseLarge() {
    if (size_ > keptBytes) release();
  }

  void release() {
    free(block_);
    block_ = nullptr;
    size_ = 0;
  }

 private:
  /** Larger blocks are given back after each job: they come from the kernel by the page, as do the pages of the work.
   */
  static constexpr uint64_t keptBytes = 8 << 20;

  void* block_ = nullptr;
  uint64_t size_ = 0;
};

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

  /** Milliseconds from its start to its first part, or to its end where it had none. */
  double waited() const { return double(begunAt - startedAt) / 1e6; }
};

class Pool {
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
      pthread_cond_broadcast(&wake_);
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
    pthread_cond_broadcast(&wake_);
    while (!job->over) {
      if (isOpen(job)) {
        doPart(job, scratch);
      } else {
        pthread_cond_wait(&over_, &mutex_);
      }
    }
    unlock();
  }

  static bool isOpen(const Job* job) { return job->next < job->parts && job->active < job->threads; }

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
    else if (isOpen(job))
      pthread_cond_signal(&wake_);
  }

  void finishPass(Job* job) {
    if (job->outcome == Job::DONE && job->advance(job)) {
      job->next = 0;
      pthread_cond_broadcast(&wake_);
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
    const DefaultRounding rounding;
    lock();
    for (bool isIdle = false;;) {
      Job* job = queue_;
      while (job != nullptr && !isOpen(job)) job = job->after;
      if (job != nullptr) {
        doPart(job, scratch);
        isIdle = false;
      } else if (isIdle) {
        break;
      } else {
        scratch.releaseLarge();
        isIdle = !sleep();
      }
    }
    --threads_;
    unlock();
    scratch.release();
  }

  /** False where nothing has woken this thread for long. */
  bool sleep() {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += idleSeconds;
    return pthread_cond_timedwait(&wake_, &mutex_, &until) == 0;
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
  static Pool pool;

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  /** A part may be taken. */
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER;
  /** A job that somebody waits for is over, or has parts again. */
  pthread_cond_t over_ = PTHREAD_COND_INITIALIZER;
  pthread_once_t hasKey_ = PTHREAD_ONCE_INIT;
  pthread_key_t key_ = 0;
  Job* queue_ = nullptr;
  int32_t processors_ = 1;
  int32_t threads_ = 0;
};

inline Pool Pool::pool;
