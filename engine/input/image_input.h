// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "engine/input/preprocess.h"

namespace fxe {

// What an ensemble wants of each image, and where it is normalised: here, or later through pixel_values() (on
// a GPU: a quarter of the bytes to upload).
struct ImageInput {
  Preprocess preprocess;
  bool as_pixels;  // only where preprocess.by_pixel()

  ImageInput(Preprocess p, bool pixels = false) : preprocess(std::move(p)), as_pixels(pixels) {}

  size_t bytes() const { return preprocess.elements() * (as_pixels ? 1 : sizeof(float)); }
  // `out`: bytes() bytes, aligned for float; plain fp32 [3 h w], or uint8 [h w 3]. Throws
  // as Preprocessor::run().
  void prepare(Preprocessor&, const Image&, std::span<std::byte> out) const;
};

// Plain fp32 values in a buffer of bytes.
inline std::span<float> as_floats(std::span<std::byte> bytes) {
  return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)};
}

inline std::span<const float> as_floats(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

}  // namespace fxe
