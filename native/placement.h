// Where threads run, as far as the system lets it be told. A virtual machine's idle core can look taken to its
// scheduler, which then lets a thread wake where the thread that woke it is busy, and leaves the two there for long.
#pragma once

#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/** Where one thread may run. */
class Placement {
 public:
  /** Called by the thread itself. */
  Placement() : thread_(pid_t(syscall(SYS_gettid))) {}

  /** The core of the calling thread. */
  static int here() { return sched_getcpu(); }

  /** Lets the thread run wherever the process may, save on one core; -1 for no such core. */
  void avoid(int core) {
    cpu_set_t wanted, present;
    if (sched_getaffinity(getpid(), sizeof(wanted), &wanted) != 0) return;
    if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &wanted);
    if (CPU_COUNT(&wanted) == 0 || sched_getaffinity(thread_, sizeof(present), &present) != 0) return;
    if (!CPU_EQUAL(&wanted, &present)) sched_setaffinity(thread_, sizeof(wanted), &wanted);
  }

 private:
  pid_t thread_;
};
#else
class Placement {
 public:
  static int here() { return -1; }
  void avoid(int) {}
};
#endif
