// SPDX-License-Identifier: Apache-2.0
#include "layers/backend.h"

#include <fmt/ranges.h>

#include <array>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr std::array<std::string_view, 4> kPrecisions{"fp32", "tf32", "fp16", "bf16"};

}  // namespace

std::string_view name(Precision precision) { return kPrecisions[static_cast<size_t>(precision)]; }

Precision parse_precision(std::string_view text) {
  for (size_t i = 0; i < kPrecisions.size(); ++i)
    if (kPrecisions[i] == text) return static_cast<Precision>(i);
  throw bad_input("unknown precision '{}'; choose one of {}", text, fmt::join(kPrecisions, ", "));
}

Value Value::plain(const Shape& shape) {
  return {shape, static_cast<size_t>(shape.elements()) * sizeof(float), nullptr};
}

}  // namespace fxe
