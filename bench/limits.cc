// The limits of one core: floating-point operations per second at each vector width, with and without fused
// multiply-add, and bytes read per second. `limits <threads> <bytes of a working set>…` answers each line of its input
// by `bench limits madd128=… fma256=… read0=…`. Several threads work at once; their sum is given.
#include <stdint.h>

#include <memory>
#include <thread>

#include "turns.h"
#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace {

constexpr double kSecondsEach = 0.001;

/** Short interruptions are not the machine's limit; a busy neighbour outlasts them all. */
constexpr int kTries = 3;

/** As many sums as hide the latency of a multiplication and an addition, with registers left for their operands. */
constexpr int kSums = 12;

/** Keeps a value in its register: nothing that leads to it is left out or moved together. */
#ifdef __x86_64__
#define KEEP(value) asm volatile("" : "+v"(value))
#else
#define KEEP(value) asm volatile("" : "+w"(value))
#endif

/** A macro, since each width needs an instruction set of its own, and templates take no attribute from where they
 * stand. */
#define PEAK(name, attribute, Vec, STEP)                            \
  attribute double name() {                                         \
    Vec sums[kSums] = {};                                           \
    Vec a = Vec{} + 0.5f;                                           \
    long steps = 0;                                                 \
    const double begin = bench::now();                              \
    double seconds;                                                 \
    do {                                                            \
      for (int i = 0; i < 1000; ++i) {                              \
        _Pragma("GCC unroll 12") for (int s = 0; s < kSums; ++s) {  \
          KEEP(a);                                                  \
          STEP;                                                     \
          KEEP(sums[s]);                                            \
        }                                                           \
      }                                                             \
      steps += 1000;                                                \
      seconds = bench::now() - begin;                               \
    } while (seconds < kSecondsEach);                               \
    return 2.0 * sizeof(Vec) / 4 * kSums * double(steps) / seconds; \
  }

#define MULTIPLY_ADD(Vec) \
  Vec product = a * a;    \
  KEEP(product);          \
  sums[s] += product

/** Reads only: every load goes to a register and nowhere else. */
#define READ(name, attribute, Vec)                                         \
  attribute double name(const char* data, size_t bytes) {                  \
    double total = 0;                                                      \
    const double begin = bench::now();                                     \
    double seconds;                                                        \
    do {                                                                   \
      for (const char* p = data; p < data + bytes; p += 4 * sizeof(Vec)) { \
        Vec v0 = *reinterpret_cast<const Vec*>(p);                         \
        Vec v1 = *reinterpret_cast<const Vec*>(p + sizeof(Vec));           \
        Vec v2 = *reinterpret_cast<const Vec*>(p + 2 * sizeof(Vec));       \
        Vec v3 = *reinterpret_cast<const Vec*>(p + 3 * sizeof(Vec));       \
        KEEP(v0);                                                          \
        KEEP(v1);                                                          \
        KEEP(v2);                                                          \
        KEEP(v3);                                                          \
      }                                                                    \
      total += double(bytes);                                              \
      seconds = bench::now() - begin;                                      \
    } while (seconds < kSecondsEach);                                      \
    return total / seconds;                                                \
  }

typedef float Vec128 __attribute__((vector_size(16)));

PEAK(madd32, , float, MULTIPLY_ADD(float))
PEAK(madd128, , Vec128, MULTIPLY_ADD(Vec128))
READ(read128, , Vec128)

#ifdef __x86_64__
typedef float Vec256 __attribute__((vector_size(32)));
typedef float Vec512 __attribute__((vector_size(64)));
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f")))
PEAK(madd256, AVX2, Vec256, MULTIPLY_ADD(Vec256))
PEAK(madd512, AVX512, Vec512, MULTIPLY_ADD(Vec512))
PEAK(fma256, AVX2, Vec256, sums[s] = Vec256(_mm256_fmadd_ps(__m256(a), __m256(a), __m256(sums[s]))))
PEAK(fma512, AVX512, Vec512, sums[s] = Vec512(_mm512_fmadd_ps(__m512(a), __m512(a), __m512(sums[s]))))
READ(read256, AVX2, Vec256)
#else
#include <arm_neon.h>
PEAK(fma128, , Vec128, sums[s] = Vec128(vfmaq_f32(float32x4_t(sums[s]), float32x4_t(a), float32x4_t(a))))
#endif

template <class Measure>
double best(Measure measure) {
  double best = 0;
  for (int i = 0; i < kTries; ++i) best = std::max(best, measure());
  return best;
}

template <class Measure>
void print(const std::string& name, long threads, Measure measure) {
  std::vector<double> rates(threads);
  std::vector<std::thread> others;
  for (long i = 1; i < threads; ++i) others.emplace_back([&, i] { rates[i] = best(measure); });
  rates[0] = best(measure);
  for (std::thread& other : others) other.join();
  double sum = 0;
  for (double rate : rates) sum += rate;
  std::cout << ' ' << name << '=' << sum;
}

struct WorkingSet {
  std::unique_ptr<char, decltype(&free)> data;
  size_t bytes;
};

void measure(long threads, const std::vector<WorkingSet>& sets) {
  print("madd32", threads, madd32);
  print("madd128", threads, madd128);
  auto read = read128;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    print("madd256", threads, madd256);
    print("fma256", threads, fma256);
    read = read256;
  }
  if (__builtin_cpu_supports("avx512f")) {
    print("madd512", threads, madd512);
    print("fma512", threads, fma512);
  }
#else
  print("fma128", threads, fma128);
#endif
  for (size_t i = 0; i < sets.size(); ++i) {
    print("read" + std::to_string(i), threads, [&] { return read(sets[i].data.get(), sets[i].bytes); });
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<WorkingSet> sets;
  const long threads = std::atol(arguments[1]);
  for (int i = 2; i < count; ++i) {
    const size_t bytes = (size_t(std::atoll(arguments[i])) + 255) / 256 * 256;
    char* data = static_cast<char*>(aligned_alloc(256, bytes));
    std::fill(data, data + bytes, char(i));
    sets.push_back({{data, free}, bytes});
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << "bench limits";
    measure(threads, sets);
    std::cout << std::endl;
  }
}
