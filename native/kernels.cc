// Compiled once per instruction set: every kernel over that set's Vec, and one exported table. No standard C++ header
// is included, and all code has internal linkage, so nothing compiled here can be linked into another set's path.
#define TEXT(name) #name
// clang-format off
#define HEADER(name) TEXT(simd/name.h)
// clang-format on
#include HEADER(ISA)

#include "kernels/activation.h"
#include "kernels/conv2d.h"
#include "kernels/depthwise-planes.h"
#include "kernels/depthwise.h"
#include "kernels/pointwise.h"
#include "kernels/pooling.h"
#include "kernels/product-planes.h"
#include "kernels/sep-filter.h"
#include "kernels/separable-planes.h"
#include "kernels/separable.h"
#include "kernels/transposed.h"

namespace {

#define KERNEL(name) \
  { #name, name##PackedBytes, name##Pack, name##Units, name##ScratchBytes, name }
const Kernel kernels[] = {KERNEL(depthwise),       KERNEL(pointwise),     KERNEL(separable),      KERNEL(conv2d),
                          KERNEL(transposed),      KERNEL(pooling),       KERNEL(activation),     KERNEL(sepFilter),
                          KERNEL(depthwisePlanes), KERNEL(productPlanes), KERNEL(separablePlanes)};

}  // namespace

#define JOIN(a, b) a##b
#define TABLE(name) JOIN(kernels_, name)
extern const KernelTable TABLE(ISA);
const KernelTable TABLE(ISA) = {kernels, sizeof kernels / sizeof kernels[0]};
