// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "tools/demo_shape.h"

namespace fxe {

inline constexpr int kDemoSide = 32;

// One labelled image: 32 x 32 pixels, rows from the top, red green blue.
struct DemoImage {
  DemoShape label{};
  std::array<uint8_t, kDemoSide * kDemoSide * 3> pixels{};
};

// Image `index` of the endless data set `seed`. It depends on nothing else and is the same on every machine:
// integer random numbers, and only IEEE + - * / sqrt in double (no libm, no contraction). Labels cycle: index
// modulo 10. `difficulty` in [0, 2] scales how hard images get; the demo's members were trained at 1. Most
// images are easy or middling; a long tail is hard even for people.
DemoImage render_demo_image(uint64_t seed, uint64_t index, double difficulty);

}  // namespace fxe
