// The process of a contender in C++, or of the machine's limits: bench/child.ts says the same in TypeScript.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace bench {

inline double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/** Floats (or bytes) of a whole file. */
template <class T>
std::vector<T> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    std::cout << "bench failed cannot read " << path << std::endl;
    std::exit(1);
  }
  std::vector<T> data(size_t(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(data.data()), std::streamsize(data.size() * sizeof(T)));
  return data;
}

template <class T>
void writeFile(const std::string& path, const T* data, size_t size) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), std::streamsize(size * sizeof(T)));
}

/** Seconds per call of one sample. */
template <class Run>
double sample(Run& run, long calls) {
  const double start = now();
  for (long i = 0; i < calls; ++i) run();
  return (now() - start) / double(calls);
}

/** Warms up, then answers each `turn <seconds>` until standard input ends. */
template <class Run>
void takeTurns(Run run) {
  long calls = 1;
  const double start = now();
  while (now() - start < 0.1) calls = std::max(1L, long(0.001 / sample(run, calls)) + 1);
  std::cout << "bench ready" << std::endl;
  std::string word;
  double seconds;
  while (std::cin >> word >> seconds) {
    const double begin = now();
    const double first = sample(run, calls);
    std::cout << "bench samples";
    if (first > seconds) {
      std::cout << ' ' << first;
    } else {
      do std::cout << ' ' << sample(run, calls);
      while (now() - begin < seconds);
    }
    std::cout << std::endl;
  }
}

}  // namespace bench
