// What JavaScript calls: unwraps a call, and hands the work to the pool. Plain N-API (values.h), for the library to
// need no C++ run time.
#include "environment.h"
#include "isa.h"
#include "line.h"
#include "memory.h"
#include "processor.h"
#include "sizes.h"
#include "values.h"

namespace {

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

void set(napi_env env, napi_value object, const char* name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  set(env, object, name, value);
}

/** kernel(isa, name): a kernel as the functions below take it; undefined where it is unknown or does not run here. */
napi_value kernelOf(napi_env env, napi_callback_info info) {
  const Arguments<2> given(env, info);
  const Name isaName(env, given[0]), name(env, given[1]);
  for (const Isa& isa : isas) {
    if (!isaName.is(isa.name) || !isa.runsHere()) continue;
    for (int32_t i = 0; i < isa.table->count; ++i) {
      const Kernel* kernel = &isa.table->kernels[i];
      if (!name.is(kernel->name)) continue;
      napi_value value;
      napi_create_external(env, const_cast<Kernel*>(kernel), nullptr, nullptr, &value);
      return value;
    }
  }
  return undefined(env);
}

const Kernel* kernelAt(napi_env env, napi_value value) { return externalOf<const Kernel>(env, value); }

/** Where packed weights begin in a buffer, the slopes behind them. */
char* packedIn(napi_env env, napi_value buffer) {
  char* data = bufferBytes(env, buffer).data;
  return data + bytesToLine(data);
}

/** packedBytes(kernel, params): of a buffer for the packed weights, without slopes. */
napi_value packedBytes(napi_env env, napi_callback_info info) {
  const Arguments<2> given(env, info);
  const uint64_t bytes = kernelAt(env, given[0])->packedBytes(elementsOf<Params>(env, given[1]));
  return numberOf(env, double(sizeSum(bytes, 2 * lineBytes)));
}

/** pack(kernel, params, filters, biases, slopes, packed): packs the weights into a buffer; the lists have an array a
 * stage. */
napi_value pack(napi_env env, napi_callback_info info) {
  const Arguments<6> given(env, info);
  const Kernel* kernel = kernelAt(env, given[0]);
  const Params* params = elementsOf<Params>(env, given[1]);
  char* packed = packedIn(env, given[5]);
  Weights weights[maxStages] = {};
  char* slope = packed + wholeLines(kernel->packedBytes(params));
  uint32_t stages = 0;
  napi_get_array_length(env, given[2], &stages);
  for (uint32_t i = 0; i < stages; ++i) {
    weights[i].filter = bytesOf(env, elementOf(env, given[2], i)).data;
    weights[i].bias = elementsOf<float>(env, elementOf(env, given[3], i));
    const Bytes slopes = bytesOf(env, elementOf(env, given[4], i));
    if (slopes.length > 0) memcpy(slope, slopes.data, slopes.length);
    slope += slopes.length;
  }
  kernel->pack(params, weights, packed);
  return undefined(env);
}

/** plan(kernel, packed, params, plan): fills the buffer of a plan, all but what JavaScript writes itself. */
napi_value plan(napi_env env, napi_callback_info info) {
  const Arguments<4> given(env, info);
  const Kernel* kernel = kernelAt(env, given[0]);
  const Bytes params = bytesOf(env, given[2]);
  Plan& plan = *reinterpret_cast<Plan*>(bufferBytes(env, given[3]).data);
  memcpy(plan.params, params.data, params.length);
  plan.kernel = kernel;
  const char* packed = packedIn(env, given[1]);
  plan.packed = packed;
  plan.slopes[0] = reinterpret_cast<const float*>(packed + wholeLines(kernel->packedBytes(plan.params)));
  plan.slopes[1] = plan.slopes[0] + (plan.params[0].activation == PRELU ? plan.params[0].outputChannels : 0);
  plan.units = kernel->units(plan.params);
  plan.scratchBytes = double(kernel->scratchBytes(plan.params));
  return undefined(env);
}

/** Why a step does not run, beside the outcomes of a job. */
constexpr int32_t shortPlace = Job::OUT_OF_MEMORY + 1;

/** The step that four arguments name, its places long enough; or false. The residual may be undefined. */
bool stepOf(napi_env env, napi_value plan, napi_value input, napi_value output, napi_value residual, Step* step) {
  const Plan* known = reinterpret_cast<const Plan*>(bufferBytes(env, plan).data);
  const Bytes from = bytesOf(env, input), to = bytesOf(env, output);
  *step = {known, from.data, to.data, nullptr};
  napi_valuetype type;
  napi_typeof(env, residual, &type);
  if (type != napi_undefined) {
    const Bytes added = bytesOf(env, residual);
    step->residual = added.data;
    if (double(added.length) < known->outputBytes) return false;
  }
  return double(from.length) >= known->inputBytes && double(to.length) >= known->outputBytes;
}

/** run(plan, input, output, residual): the outcome of the job; nothing is written where it is not 0. */
napi_value run(napi_env env, napi_callback_info info) {
  const Arguments<4> given(env, info);
  Step step;
  int32_t outcome = shortPlace;
  if (stepOf(env, given[0], given[1], given[2], given[3], &step)) outcome = runStep(step);
  napi_value value;
  napi_create_int32(env, outcome, &value);
  return value;
}

/** start(plans, inputs, outputs, residuals, done): starts the steps, of which the lists have one each; calls
 * `done(outcome, waited)` when they are over, unless the environment ends before. Gives what `cancel` takes, or why
 * they could not be started. What the arrays hold must stay where it is until then. */
napi_value start(napi_env env, napi_callback_info info) {
  const Arguments<5> given(env, info);
  uint32_t count = 0;
  napi_get_array_length(env, given[0], &count);
  StartedRun* run = StartedRun::make(count);
  if (run == nullptr) return numberOf(env, Job::OUT_OF_MEMORY);
  for (uint32_t i = 0; i < count; ++i) {
    const auto at = [&](size_t list) { return elementOf(env, given[list], i); };
    if (stepOf(env, at(0), at(1), at(2), at(3), &run->steps[i])) continue;
    StartedRun::drop(run);
    return numberOf(env, shortPlace);
  }
  if (!Environment::of(env)->start(run, env, given[4])) {
    StartedRun::drop(run);
    return numberOf(env, Job::OUT_OF_MEMORY);
  }
  napi_value handle;
  napi_create_external(env, run, nullptr, nullptr, &handle);
  return handle;
}

/** cancel(handle): ends a run whose `done` was not called yet, after the parts that are under way. */
napi_value cancel(napi_env env, napi_callback_info info) {
  Pool::shared().cancel(&externalOf<StartedRun>(env, Arguments<1>(env, info)[0])->run);
  return undefined(env);
}

/** bytesToLine(array): from its data to the next line; JavaScript sees no addresses. */
napi_value bytesToLineOf(napi_env env, napi_callback_info info) {
  return numberOf(env, double(bytesToLine(bytesOf(env, Arguments<1>(env, info)[0]).data)));
}

/** allocate(bytes): { buffer, block } of zeros that begin on a line, undefined where there is no memory or the host
 * lets no buffer stand on memory of ours. The bytes stay as long as one of the two is used. */
napi_value allocate(napi_env env, napi_callback_info info) {
  Block* block = Block::make(uint64_t(integerOf(env, Arguments<1>(env, info)[0])));
  if (block == nullptr) return undefined(env);
  napi_value result, buffer, handle;
  const auto release = [](napi_env, void*, void* hint) { static_cast<Block*>(hint)->release(); };
  if (napi_create_external_arraybuffer(env, block->data, block->bytes, release, block, &buffer) != napi_ok) {
    block->release();
    return undefined(env);
  }
  block->retain();
  napi_create_external(
      env, block, [](napi_env, void* data, void*) { static_cast<Block*>(data)->release(); }, nullptr, &handle);
  napi_create_object(env, &result);
  set(env, result, "buffer", buffer);
  set(env, result, "block", handle);
  return result;
}

/** free(block, buffer): gives the bytes back now, unless the buffer was transferred: then its new owner has them. */
napi_value freeMemory(napi_env env, napi_callback_info info) {
  const Arguments<2> given(env, info);
  bool isDetached = false;
  napi_is_detached_arraybuffer(env, given[1], &isDetached);
  if (!isDetached && napi_detach_arraybuffer(env, given[1]) == napi_ok) externalOf<Block>(env, given[0])->clear();
  return undefined(env);
}

/** setProcessors(count): how many threads the pool may have, unless a job asks for more. */
napi_value setProcessors(napi_env env, napi_callback_info info) {
  Pool::shared().setProcessors(int32_t(integerOf(env, Arguments<1>(env, info)[0])));
  return undefined(env);
}

/** A list of names, of the instruction sets that run here, best first. */
napi_value isaNames(napi_env env, bool isFused) {
  napi_value names, name;
  napi_create_array(env, &names);
  uint32_t count = 0;
  for (const Isa& isa : isas) {
    if (isa.isFused != isFused || !isa.runsHere()) continue;
    napi_create_string_utf8(env, isa.name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, count++, name);
  }
  return names;
}

napi_value kernelNames(napi_env env) {
  napi_value names, name;
  napi_create_array(env, &names);
  for (int32_t i = 0; i < kernels_scalar.count; ++i) {
    napi_create_string_utf8(env, kernels_scalar.kernels[i].name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, uint32_t(i), name);
  }
  return names;
}

}  // namespace

/** What src/backends/native.ts declares as `Addon`. */
NAPI_MODULE_INIT() {
  Environment::open(env);
  set(env, exports, "isas", isaNames(env, false));
  set(env, exports, "fusedIsas", isaNames(env, true));
  napi_value family;
  napi_create_string_utf8(env, processorFamily(), NAPI_AUTO_LENGTH, &family);
  set(env, exports, "processor", family);
  set(env, exports, "kernels", kernelNames(env));
  set(env, exports, "paramBytes", numberOf(env, sizeof(Params)));
  set(env, exports, "planBytes", numberOf(env, sizeof(Plan)));
  set(env, exports, "lineBytes", numberOf(env, lineBytes));
  set(env, exports, "setProcessors", setProcessors);
  set(env, exports, "bytesToLine", bytesToLineOf);
  set(env, exports, "kernel", kernelOf);
  set(env, exports, "packedBytes", packedBytes);
  set(env, exports, "pack", pack);
  set(env, exports, "plan", plan);
  set(env, exports, "run", run);
  set(env, exports, "start", start);
  set(env, exports, "cancel", cancel);
  set(env, exports, "allocate", allocate);
  set(env, exports, "free", freeMemory);
  return exports;
}
