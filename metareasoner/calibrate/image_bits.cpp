// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/image_bits.h"

#include <bit>
#include <span>

#include "engine/clones_cpu.h"

namespace fxe {

namespace {

struct Counts {
  int64_t reach, plus, minus, stopped_plus, stopped_minus;
};

FXE_CPU_CLONES void count(const uint64_t* reach, const uint64_t* stop, const uint64_t* plus,
                          const uint64_t* minus, uint64_t* left, size_t words, Counts& c) {
  Counts sum{};
  for (size_t w = 0; w < words; ++w) {
    const uint64_t here = reach[w], stopped = here & stop[w];
    left[w] = here & ~stop[w];
    sum.reach += std::popcount(here);
    sum.plus += std::popcount(here & plus[w]);
    sum.minus += std::popcount(here & minus[w]);
    sum.stopped_plus += std::popcount(stopped & plus[w]);
    sum.stopped_minus += std::popcount(stopped & minus[w]);
  }
  c = sum;
}

}  // namespace

StageCounts run_stage(const ImageBits& reach, const ImageBits& stop, const ImageBits& plus,
                      const ImageBits& minus, ImageBits& left) {
  Counts c{};
  count(reach.data(), stop.data(), plus.data(), minus.data(), left.data(), reach.size(), c);
  return {c.reach, c.plus - c.minus, c.stopped_plus - c.stopped_minus};
}

}  // namespace fxe
