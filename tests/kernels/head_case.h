// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/launch.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "tests/kernels/head_memory.h"
#include "tests/kernels/tail_check.h"

// Runs kernels that make logits and run the tail on them through the tail's cases: the layer gets inputs and
// weights whose products are the case's logits to the last bit.
namespace fxe::test {

// Cases with small matrices: a head's kernel has far more threads than the tail's own.
inline std::vector<TailCase> small_tail_cases() {
  std::vector<TailCase> cases = tail_cases();
  std::erase_if(cases, [](const TailCase& c) {
    return c.classes > 100 || c.capacity > 12 || c.signal != Signal::margin;
  });
  return cases;
}

// One order in which blocks take turns, and one in which warps run far ahead.
inline std::vector<simt::Options> head_orders() {
  return {{simt::Order::random, 1, 2}, {simt::Order::priority, 3, 4}};
}

// Square, ones on the diagonal, `depth` wide: a product with it is exact. A value that is not finite spoils
// its row's other classes, which does not matter: such a row is left out as a whole.
inline std::vector<float> identity(int32_t classes, int32_t depth) {
  std::vector<float> w(static_cast<size_t>(classes) * static_cast<size_t>(depth));
  for (int32_t k = 0; k < classes; ++k) w[static_cast<size_t>(k) * static_cast<size_t>(depth + 1)] = 1;
  return w;
}

inline int32_t multiple_of_four(int32_t x) { return (x + 3) / 4 * 4; }

// Rows of the stage's logits, zero-padded to `depth`, each `times` times.
inline std::vector<float> head_input(const TailArguments& a, int32_t depth, int32_t times = 1) {
  std::vector<float> x;
  for (int32_t r = 0; r < *a.live_count; ++r)
    for (int32_t t = 0; t < times; ++t) {
      const float* z = a.logits + static_cast<ptrdiff_t>(r) * a.classes;
      x.insert(x.end(), z, z + a.classes);
      x.resize(x.size() + static_cast<size_t>(depth - a.classes));
    }
  return x;
}

// Clears the logits first: what the tail reads must come from the kernel.
inline float* writable_logits(const TailArguments& a) {
  auto* logits = const_cast<float*>(a.logits);
  std::fill_n(logits, static_cast<ptrdiff_t>(*a.live_count) * a.classes,
              std::numeric_limits<float>::quiet_NaN());
  return logits;
}

}  // namespace fxe::test
