// The only file that knows N-API: unwraps a call, picks the table, hands the work to the pool.
#include <float.h>
#include <napi.h>
#include <string.h>

#include "isa.h"
#include "pool.h"
#include "sizes.h"
#include "transpose.h"

static_assert(FLT_EVAL_METHOD == 0, "sums must be rounded to float32 at each step");

namespace {

const Isa* findIsa(const std::string& name) {
  for (const Isa& isa : isas) {
    if (name == isa.name) return isa.runsHere() ? &isa : nullptr;
  }
  return nullptr;
}

const Kernel* findKernel(const KernelTable& table, const std::string& name) {
  for (int32_t i = 0; i < table.count; ++i) {
    if (name == table.kernels[i].name) return &table.kernels[i];
  }
  return nullptr;
}

/** Where the elements of a typed array of any type stand. */
void* dataOf(napi_env env, napi_value value) {
  void* data = nullptr;
  napi_get_typedarray_info(env, value, nullptr, nullptr, &data, nullptr, nullptr);
  return data;
}

template <class T = void>
T* dataOf(Napi::Value value) {
  return static_cast<T*>(dataOf(value.Env(), value));
}

constexpr size_t lineBytes = 64;

/** More than any memory holds, and so little that a line more is still a size. */
constexpr uint64_t mostBytes = PTRDIFF_MAX - lineBytes;

/** From a place to where the next line of the cache begins: 0 at the beginning of one. */
size_t bytesToLine(const void* place) {
  return (lineBytes - reinterpret_cast<uintptr_t>(place) % lineBytes) % lineBytes;
}

/** What the parts of one call share. */
struct Call {
  const Kernel* kernel;
  const Params* params;
  Operands operands;
  int32_t units;
  int32_t parts;

  static void doPart(const void* self, float* scratch, int part) {
    const Call& call = *static_cast<const Call*>(self);
    const auto bound = [&call](int64_t part) { return int32_t(part * call.units / call.parts); };
    call.kernel->run(call.params, call.operands, scratch, bound(part), bound(int64_t(part) + 1));
  }
};

/** An operator with its packed weights: new Prepared(isa, kernel, params, filters, biases, slopes). */
class Prepared : public Napi::ObjectWrap<Prepared> {
 public:
  static Napi::Function define(Napi::Env env) {
    const napi_property_descriptor raw = {"run", nullptr, run, nullptr, nullptr, nullptr, napi_default, nullptr};
    return DefineClass(env, "Prepared",
                       {InstanceMethod<&Prepared::settle>("settle"), Napi::ClassPropertyDescriptor<Prepared>(raw),
                        InstanceMethod<&Prepared::dispose>("dispose")});
  }

  explicit Prepared(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    const Isa* isa = findIsa(info[0].As<Napi::String>());
    kernel_ = isa == nullptr ? nullptr : findKernel(*isa->table, info[1].As<Napi::String>());
    if (kernel_ == nullptr) {
      Napi::Error::New(info.Env(), "no such kernel").ThrowAsJavaScriptException();
      return;
    }
    const Params* params = reinterpret_cast<const Params*>(dataOf<int32_t>(info[2]));
    const Napi::Array filters = info[3].As<Napi::Array>();
    const Napi::Array biases = info[4].As<Napi::Array>();
    const Napi::Array slopes = info[5].As<Napi::Array>();
    Weights weights[maxStages] = {};
    size_t slopeSizes[maxStages] = {};
    const uint64_t packedBytes = kernel_->packedBytes(params);
    uint64_t bytes = packedBytes;
    for (uint32_t i = 0; i < filters.Length(); ++i) {
      weights[i] = {dataOf<float>(filters.Get(i)), dataOf<float>(biases.Get(i))};
      slopeSizes[i] = slopes.Get(i).As<Napi::Float32Array>().ByteLength();
      bytes = sizeSum(bytes, slopeSizes[i]);
    }
    block_ = bytes <= mostBytes ? malloc(size_t(bytes) + lineBytes) : nullptr;
    if (block_ == nullptr) {
      Napi::Error::New(info.Env(), "out of memory").ThrowAsJavaScriptException();
      return;
    }
    bytes_ = size_t(bytes);
    packed_ = static_cast<char*>(block_) + bytesToLine(block_);
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), int64_t(bytes_));
    kernel_->pack(params, weights, packed_);
    float* slope = reinterpret_cast<float*>(packed_ + packedBytes);
    for (uint32_t i = 0; i < filters.Length(); ++i) {
      slopes_[i] = slope;
      if (slopeSizes[i] > 0) memcpy(slope, dataOf(slopes.Get(i)), slopeSizes[i]);
      slope += slopeSizes[i] / sizeof(float);
    }
  }

  void Finalize(Napi::Env env) override { release(env); }

 private:
  /** settle(params, parts): what the runs that follow have in common. */
  void settle(const Napi::CallbackInfo& info) {
    const Napi::TypedArray params = info[0].As<Napi::TypedArray>();
    memcpy(params_, dataOf(params), params.ByteLength());
    const int32_t parts = info[1].As<Napi::Number>().Int32Value();
    call_.kernel = kernel_;
    call_.params = params_;
    call_.units = kernel_->units(params_);
    call_.parts = parts < call_.units ? parts : call_.units;
    const uint64_t bytes = kernel_->scratchBytes(params_);
    scratchFloats_ = bytes <= mostBytes ? size_t(bytes + sizeof(float) - 1) / sizeof(float) : 0;
    fits_ = bytes <= mostBytes;
  }

  /** run(input, output, residual or undefined) → false where memory is short, before anything is written. The cost of a
   * call is here: N-API as it is, without the objects and checks around it. */
  static napi_value run(napi_env env, napi_callback_info info) {
    napi_value arguments[3], self, done;
    size_t count = 3;
    void* wrapped;
    napi_get_cb_info(env, info, &count, arguments, &self, nullptr);
    napi_unwrap(env, self, &wrapped);
    Prepared& prepared = *static_cast<Prepared*>(wrapped);
    Call call = prepared.call_;
    // Of undefined there is no typed array, and it stays null.
    call.operands = {dataOf(env, arguments[0]),
                     dataOf(env, arguments[1]),
                     dataOf(env, arguments[2]),
                     prepared.packed_,
                     {prepared.slopes_[0], prepared.slopes_[1]}};
    const bool ran = prepared.fits_ && Pool::shared().run(Call::doPart, &call, call.parts, prepared.scratchFloats_);
    napi_get_boolean(env, ran, &done);
    return done;
  }

  void dispose(const Napi::CallbackInfo& info) { release(info.Env()); }

  void release(Napi::Env env) {
    if (block_ == nullptr) return;
    free(block_);
    block_ = nullptr;
    Napi::MemoryManagement::AdjustExternalMemory(env, -int64_t(bytes_));
  }

  const Kernel* kernel_ = nullptr;
  void* block_ = nullptr;
  char* packed_ = nullptr;
  const float* slopes_[maxStages] = {};
  size_t bytes_ = 0;
  Params params_[maxStages];
  Call call_ = {};
  size_t scratchFloats_ = 0;
  bool fits_ = false;
};

/** Matrices to transpose, the parts sharing out their columns. */
struct Transposition {
  const void* from;
  void* to;
  int64_t batch;
  int64_t rows;
  int64_t columns;
  int32_t parts;

  template <class T>
  static void doPart(const void* self, float*, int part) {
    const Transposition& t = *static_cast<const Transposition*>(self);
    const int64_t begin = part * t.columns / t.parts;
    const int64_t end = (part + 1) * t.columns / t.parts;
    transpose(static_cast<const T*>(t.from), static_cast<T*>(t.to), t.batch, t.rows, t.columns, begin, end);
  }
};

/** transpose(from, to, batch, rows, columns, parts): float32 or uint8 matrices, one after another. */
void transposeMatrices(const Napi::CallbackInfo& info) {
  const auto integer = [&info](int i) { return info[i].As<Napi::Number>().Int64Value(); };
  Transposition t{dataOf(info[0]), dataOf(info[1]), integer(2), integer(3), integer(4), int32_t(integer(5))};
  const bool bytes = info[0].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  const Pool::Work work = bytes ? Transposition::doPart<uint8_t> : Transposition::doPart<float>;
  Pool::shared().run(work, &t, t.parts, 0);
}

/** bytesToLine(array): from its data to the next line; JavaScript sees no addresses. */
Napi::Value bytesToLineOf(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), double(bytesToLine(dataOf(info[0]))));
}

/** { isas and fusedIsas: names that run here, best first; kernels: their names; paramBytes; lineBytes; bytesToLine;
 * transpose; Prepared } */
Napi::Object init(Napi::Env env, Napi::Object exports) {
  Napi::Array names = Napi::Array::New(env);
  Napi::Array fused = Napi::Array::New(env);
  for (const Isa& isa : isas) {
    Napi::Array& list = isa.isFused ? fused : names;
    if (isa.runsHere()) list.Set(list.Length(), isa.name);
  }
  Napi::Array kernels = Napi::Array::New(env);
  for (int32_t i = 0; i < kernels_scalar.count; ++i) kernels.Set(kernels.Length(), kernels_scalar.kernels[i].name);
  exports.Set("isas", names);
  exports.Set("fusedIsas", fused);
  exports.Set("kernels", kernels);
  exports.Set("paramBytes", Napi::Number::New(env, sizeof(Params)));
  exports.Set("lineBytes", Napi::Number::New(env, lineBytes));
  exports.Set("bytesToLine", Napi::Function::New(env, bytesToLineOf));
  exports.Set("transpose", Napi::Function::New(env, transposeMatrices));
  exports.Set("Prepared", Prepared::define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(sepconv, init)
