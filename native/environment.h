// The asynchronous half of the addon: runs that the pool does while JavaScript goes on. Each environment (a main
// thread, a worker thread) has one way back to its loop, and when it ends it waits for what the pool still does for it.
#pragma once
#include <new>

#include "run.h"
#include "values.h"

class Environment;

/** Steps under way. Made and dropped on the thread of its environment. */
struct StartedRun {
  Run run;
  Environment* environment;
  napi_ref done;
  void* room;
  StartedRun* before;
  StartedRun* after;
  uint32_t count;
  Step steps[1];

  /** Null where memory is short. The run itself is made by `Environment::start`, when the steps are known. */
  static StartedRun* make(uint32_t count) {
    StartedRun* run = static_cast<StartedRun*>(calloc(1, sizeof(StartedRun) + (count - 1) * sizeof(Step)));
    if (run != nullptr) run->count = count;
    return run;
  }

  static void drop(StartedRun* run) {
    free(run->room);
    free(run);
  }
};

class Environment {
 public:
  static void open(napi_env env) {
    Environment* self = static_cast<Environment*>(calloc(1, sizeof(Environment)));
    napi_value name;
    napi_create_string_utf8(env, "sepconv", NAPI_AUTO_LENGTH, &name);
    napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, settle,
                                    &self->wayBack_);
    napi_unref_threadsafe_function(env, self->wayBack_);
    napi_set_instance_data(
        env, self, [](napi_env, void* data, void*) { free(data); }, nullptr);
    // After the way back, whose own hook then runs after this one.
    napi_add_env_cleanup_hook(env, close, self);
  }

  static Environment* of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return static_cast<Environment*>(data);
  }

  /** Starts the steps of a run, `done` to be called at its end; false where there is no thread or no memory for it. */
  bool start(StartedRun* started, napi_env env, napi_value done) {
    const int32_t count = int32_t(started->count);
    const uint64_t bytes = Run::roomBytes(started->steps, count);
    if (bytes > 0 && (bytes > SIZE_MAX || (started->room = malloc(size_t(bytes))) == nullptr)) return false;
    new (&started->run) Run(started->steps, count, started->room, true);
    started->run.ended = ended;
    started->environment = this;
    napi_create_reference(env, done, 1, &started->done);
    started->before = nullptr;
    started->after = first_;
    if (first_ != nullptr) first_->before = started;
    first_ = started;
    if (!Pool::shared().start(&started->run)) {
      remove(env, started);
      return false;
    }
    if (count_++ == 0) napi_ref_threadsafe_function(env, wayBack_);
    return true;
  }

 private:
  /** On a thread of the pool, which holds its lock. */
  static void ended(Job* job) {
    StartedRun* started = reinterpret_cast<StartedRun*>(static_cast<Run*>(job));
    if (started->environment->isClosing_) return;
    napi_call_threadsafe_function(started->environment->wayBack_, started, napi_tsfn_nonblocking);
  }

  /** On the environment's thread, for a run that is over; without an environment, where that has ended. */
  static void settle(napi_env env, napi_value, void*, void* data) {
    if (env == nullptr) return;
    StartedRun* started = static_cast<StartedRun*>(data);
    Environment* self = started->environment;
    napi_value done, global, result, outcome[2];
    napi_get_reference_value(env, started->done, &done);
    napi_create_int32(env, started->run.outcome, &outcome[0]);
    napi_create_double(env, started->run.waited(), &outcome[1]);
    napi_get_global(env, &global);
    self->remove(env, started);
    StartedRun::drop(started);
    if (--self->count_ == 0) napi_unref_threadsafe_function(env, self->wayBack_);
    napi_call_function(env, global, done, 2, outcome, &result);
  }

  void remove(napi_env env, StartedRun* started) {
    napi_delete_reference(env, started->done);
    (started->before == nullptr ? first_ : started->before->after) = started->after;
    if (started->after != nullptr) started->after->before = started->before;
  }

  /** The environment ends: what its runs read and write is about to be freed. */
  static void close(void* data) {
    Environment* self = static_cast<Environment*>(data);
    Pool& pool = Pool::shared();
    pool.whileLocked([self] { self->isClosing_ = true; });
    for (StartedRun* run = self->first_; run != nullptr; run = run->after) pool.cancel(&run->run);
    while (self->first_ != nullptr) {
      StartedRun* run = self->first_;
      pool.wait(&run->run);
      self->first_ = run->after;
      StartedRun::drop(run);
    }
  }

  napi_threadsafe_function wayBack_;
  StartedRun* first_;
  int32_t count_;
  bool isClosing_;
};
