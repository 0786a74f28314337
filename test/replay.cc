// Every kernel of one instruction set against the scalar one, without Node: for sanitizers and emulators, and for the
// name of a case that crashes. Params are random; pages that a kernel must not touch stand around all that it gets.
//   build/replay [isa] [seed] [count]
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include "../native/isa.h"
#include "replay-cases.h"

namespace {

constexpr unsigned char untouched = 0xa5;

/** Memory between two pages that no one may read or write, beside the one or the other. */
class Room {
 public:
  explicit Room(size_t bytes, bool isAtStart = false) : bytes_(bytes) {
    const size_t page = size_t(sysconf(_SC_PAGESIZE));
    size_ = bytes / page * page + page;
    block_ =
        static_cast<unsigned char*>(mmap(nullptr, size_ + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    begin_ = block_ + page;
    if (block_ == MAP_FAILED || mprotect(begin_, size_, PROT_READ | PROT_WRITE) != 0) abort();
    memset(begin_, untouched, size_);
    data_ = isAtStart ? begin_ : begin_ + size_ - bytes;
  }
  ~Room() { munmap(block_, size_ + 2 * size_t(begin_ - block_)); }
  Room(const Room&) = delete;

  unsigned char* data() const { return data_; }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }
  size_t bytes() const { return bytes_; }
  void fill(int byte) { memset(data_, byte, bytes_); }

  /** Whether what is left of its pages is as it was. */
  bool isWhole() const {
    for (const unsigned char* p = begin_; p < begin_ + size_; ++p) {
      const bool isData = p >= data_ && p < data_ + bytes_;
      if (!isData && *p != untouched) return false;
    }
    return true;
  }

 private:
  size_t bytes_;
  size_t size_;
  unsigned char* block_;
  unsigned char* begin_;
  unsigned char* data_;
};

/** Floats of all kinds, and now and then one that is not finite. */
void fillFloats(Random& r, const Room& room, bool hasSpecials) {
  const float specials[] = {0, -0.0f, 1e-40f, __builtin_inff(), -__builtin_inff(), __builtin_nanf("")};
  float* floats = room.as<float>();
  for (size_t i = 0; i < room.bytes() / sizeof(float); ++i) {
    floats[i] = hasSpecials && r.oneIn(9) ? specials[r.between(0, 5)] : float(r.between(-1000000, 1000000)) / 300000;
  }
}

/** The values of one case, the same for every instruction set. */
struct Values {
  std::unique_ptr<Room> input, residual, filters[maxStages], biases[maxStages], slopes[maxStages];
  size_t outputBytes;
};

size_t elements(const Params& p, int32_t height, int32_t width, int32_t channels) {
  return size_t(p.batch) * height * width * channels;
}

Values valuesFor(Random& r, const Case& c, const std::string& kernel) {
  const bool isSepFilter = kernel == "sepFilter";
  Values v;
  const Params& first = c.stages[0];
  const Params& last = c.stages[c.count - 1];
  const bool hasSpecials = r.oneIn(4);
  const size_t size = first.inputType == UINT8 ? 1 : sizeof(float);
  const size_t inputs = elements(first, first.inputHeight, first.inputWidth, first.inputChannels);
  v.outputBytes = size * elements(last, last.outputHeight, last.outputWidth, last.outputChannels);
  v.input = std::make_unique<Room>(size * inputs, r.oneIn(2));
  if (size == 1) {
    for (size_t i = 0; i < inputs; ++i) v.input->data()[i] = uint8_t(r.bits());
  } else {
    fillFloats(r, *v.input, hasSpecials);
  }
  if (!isSepFilter && kernel != "pooling" && r.oneIn(2)) {
    v.residual = std::make_unique<Room>(v.outputBytes, r.oneIn(2));
    fillFloats(r, *v.residual, hasSpecials);
  }
  for (int32_t i = 0; i < c.count; ++i) {
    const Params& p = c.stages[i];
    const size_t outputs = isSepFilter ? 1 : p.outputChannels;
    v.filters[i] = std::make_unique<Room>(sizeof(float) * p.products * outputs);
    v.biases[i] = std::make_unique<Room>(sizeof(float) * outputs);
    v.slopes[i] = std::make_unique<Room>(p.activation == PRELU ? sizeof(float) * outputs : 0);
    fillFloats(r, *v.filters[i], hasSpecials && r.oneIn(2));
    // The facade gives no −0.
    fillFloats(r, *v.biases[i], hasSpecials);
    for (size_t o = 0; o < outputs; ++o) v.biases[i]->as<float>()[o] += 0;
    fillFloats(r, *v.slopes[i], false);
  }
  return v;
}

/** One kernel with its weights packed, and what it needs for a run. */
class Replay {
 public:
  Replay(const Kernel& kernel, const Case& c, const Values& values)
      : kernel_(kernel),
        params_(c.stages),
        packed_(kernel.packedBytes(c.stages)),
        scratch_(kernel.scratchBytes(c.stages)),
        output_(values.outputBytes) {
    Weights weights[maxStages] = {};
    for (int32_t i = 0; i < c.count; ++i) weights[i] = {values.filters[i]->data(), values.biases[i]->as<float>()};
    kernel.pack(params_, weights, packed_.data());
    const void* residual = values.residual ? values.residual->data() : nullptr;
    operands_ = {values.input->data(), output_.data(), residual, packed_.data(), {}};
    for (int32_t i = 0; i < c.count; ++i) operands_.slopes[i] = values.slopes[i]->as<float>();
  }

  int32_t units() const { return kernel_.units(params_); }

  void clear(int byte) { output_.fill(byte); }

  void run(int32_t begin, int32_t end) {
    scratch_.fill(0xff);
    kernel_.run(params_, operands_, scratch_.data(), begin, end);
  }

  bool isWhole() const { return packed_.isWhole() && scratch_.isWhole() && output_.isWhole(); }
  const Room& output() const { return output_; }

 private:
  const Kernel& kernel_;
  const Params* params_;
  Room packed_;
  Room scratch_;
  Room output_;
  Operands operands_ = {};
};

/** The same bits, all NaN alike. */
bool areSame(const Room& a, const Room& b, bool areFloats) {
  if (!areFloats) return memcmp(a.data(), b.data(), a.bytes()) == 0;
  for (size_t i = 0; i < a.bytes() / sizeof(float); ++i) {
    const float x = a.as<float>()[i], y = b.as<float>()[i];
    if (memcmp(&x, &y, sizeof x) != 0 && (x == x || y == y)) {
      printf("  at %zu: %g (%a) and %g (%a)\n", i, double(x), double(x), double(y), double(y));
      return false;
    }
  }
  return true;
}

void tell(const char* isa, const char* kernel, int32_t number, const Case& c) {
  printf("%s %s %d:", isa, kernel, number);
  for (int32_t i = 0; i < c.count; ++i) {
    const Params& p = c.stages[i];
    printf(" [%d %d %d %d] -> [%d %d %d] filter %d %d stride %d %d dilation %d %d padding %d %d %d %d", p.batch,
           p.inputHeight, p.inputWidth, p.inputChannels, p.outputHeight, p.outputWidth, p.outputChannels,
           p.filterHeight, p.filterWidth, p.strideHeight, p.strideWidth, p.dilationHeight, p.dilationWidth,
           p.paddingTop, p.paddingLeft, p.paddingBottom, p.paddingRight);
    printf(" groups %d reduction %d border %d types %d %d activation %d%s", p.groups, p.reduction, p.border,
           p.inputType, p.outputType, p.activation, i + 1 < c.count ? "," : "\n");
  }
  fflush(stdout);
}

/** What went wrong with one case, or null. */
const char* faultOf(const Isa& isa, const Kernel& kernel, const Kernel& scalar, const Case& c, const Values& values) {
  const bool areFloats = c.stages->outputType == FLOAT32;
  Replay expected(scalar, c, values), whole(kernel, c, values), parts(kernel, c, values);
  if (!whole.isWhole()) return "packs beyond its weights";
  expected.clear(0x11);
  expected.run(0, expected.units());
  whole.clear(0x22);
  whole.run(0, whole.units());
  if (!whole.isWhole()) return "writes beyond its output or its scratch";
  if (!isa.isFused && !areSame(whole.output(), expected.output(), areFloats)) return "differs from scalar";
  const int32_t units = whole.units();
  const int32_t step = units / 8 + 1;
  for (int32_t cut = 1; cut < units; cut += step) {
    parts.clear(0x33);
    parts.run(cut, units);
    parts.run(0, cut);
    if (!areSame(whole.output(), parts.output(), areFloats)) return "differs where its units are split in two";
  }
  parts.clear(0x44);
  for (int32_t unit = units - 1; unit >= 0; --unit) parts.run(unit, unit + 1);
  if (!areSame(whole.output(), parts.output(), areFloats)) return "differs where its units run one by one";
  return parts.isWhole() ? nullptr : "writes beyond its output or its scratch, where its units are split";
}

/** The number of faults. */
int32_t replayKernel(const Isa& isa, int32_t index, uint64_t seed, int32_t count) {
  const Kernel& kernel = isa.table->kernels[index];
  const Kernel& scalar = kernels_scalar.kernels[index];
  const std::string name = kernel.name;
  int32_t faults = 0;
  for (int32_t number = 0; number < count; ++number) {
    Random random(seed * 1000003 + uint64_t(number) * 101 + index);
    const Case c = randomCase(random, name);
    tell(isa.name, kernel.name, number, c);
    const Values values = valuesFor(random, c, name);
    const char* fault = faultOf(isa, kernel, scalar, c, values);
    if (fault == nullptr) continue;
    printf("  FAULT: it %s\n", fault);
    ++faults;
  }
  return faults;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string wanted = argc > 1 ? argv[1] : "";
  const uint64_t seed = argc > 2 ? strtoull(argv[2], nullptr, 10) : 1;
  const int32_t count = argc > 3 ? atoi(argv[3]) : 100;
  int32_t faults = 0, replayed = 0;
  for (const Isa& isa : isas) {
    if ((!wanted.empty() && wanted != isa.name) || !isa.runsHere()) continue;
    ++replayed;
    for (int32_t i = 0; i < isa.table->count; ++i) faults += replayKernel(isa, i, seed, count);
  }
  printf("%d faults in %d cases a kernel, seed %llu\n", faults, count, static_cast<unsigned long long>(seed));
  if (replayed == 0) fprintf(stderr, "replay: no instruction set %s runs here\n", wanted.c_str());
  return faults > 0 || replayed == 0;
}
