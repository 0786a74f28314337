// How far the transcendental activations are from the correctly rounded value, over all float32 arguments: the native
// twin is measured, since the others give the same bits (same-bits.mjs).
#include <stdio.h>

#include <cmath>
#include <thread>
#include <vector>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace ours {
#include "../../native/transcendental.h"
}

namespace {

using std::erfc, std::exp, std::expm1, std::log1p, std::sqrt;

/** Floats from one to the other; both zeros count as one. */
int64_t distance(float a, float b) {
  const auto position = [](float v) {
    int32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits < 0 ? -int64_t(bits & 0x7fffffff) : int64_t(bits);
  };
  const int64_t d = position(a) - position(b);
  return d < 0 ? -d : d;
}

template <class Ours, class Exact>
void measure(const char* name, Ours ours, Exact exact, float from) {
  int64_t worst = 0, wrong = 0, total = 0;
  float worstAt = 0;
  for (uint64_t bits = 0; bits < (uint64_t(1) << 32); ++bits) {
    const uint32_t word = uint32_t(bits);
    float v;
    memcpy(&v, &word, sizeof v);
    if (!(v <= from)) continue;
    ++total;
    const float result = ours(v);
    if (result == float(exact(double(v)))) continue;
    const int64_t d = distance(result, float(exact(static_cast<long double>(v))));
    wrong += d > 0;
    if (d > worst) {
      worst = d;
      worstAt = v;
    }
  }
  printf("%-9s %11lld arguments, %8lld not correctly rounded, at most %lld ulp (at %.9g)\n", name, (long long)total,
         (long long)wrong, (long long)worst, worstAt);
  fflush(stdout);
}

template <class T>
T limited(T v) {
  return v < -200 ? T(-200) : v;
}

}  // namespace

int main() {
  const float all = HUGE_VALF;
  std::vector<std::thread> threads;
  const auto start = [&](auto... about) { threads.emplace_back([=] { measure(about...); }); };
  start(
      "elu", [](float v) { return float(ours::elu(double(v), 1)); }, [](auto v) { return expm1(v); }, 0.0f);
  start(
      "sigmoid", [](float v) { return float(ours::sigmoid(double(v))); }, [](auto v) { return 1 / (1 + exp(-v)); },
      all);
  start(
      "tanh", [](float v) { return float(ours::tanh(double(v))); }, [](auto v) { return std::tanh(v); }, all);
  start(
      "silu", [](float v) { return float(ours::silu(double(v))); },
      [](auto v) { return limited(v) / (1 + exp(-limited(v))); }, all);
  start(
      "gelu", [](float v) { return float(ours::gelu(double(v))); },
      [](auto v) { return limited(v) / 2 * erfc(-limited(v) / sqrt(decltype(v)(2))); }, all);
  start(
      "softplus", [](float v) { return float(ours::softplus(double(v))); },
      [](auto v) { return (v > 0 ? v : 0) + log1p(exp(v > 0 ? -v : v)); }, all);
  for (std::thread& thread : threads) thread.join();
}
