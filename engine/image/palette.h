// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/image/image.h"

namespace fxe {

// The colours of indices. Undefined ones are black, as in Pillow 13 (up to Pillow 9: grey of the
// index's value).
class Palette {
 public:
  using Rgb = std::array<uint8_t, 3>;

  void set(size_t index, Rgb colour) {
    if (index < colours_.size()) colours_[index] = colour;
  }
  const Rgb& operator[](uint8_t index) const { return colours_[index]; }
  std::span<const Rgb> colours() const { return colours_; }
  bool operator==(const Palette&) const = default;

  // Colour i is the grey i.
  static Palette grey() {
    Palette p;
    for (size_t i = 0; i < p.colours_.size(); ++i) p.colours_[i].fill(static_cast<uint8_t>(i));
    return p;
  }

 private:
  std::array<Rgb, 256> colours_{};
};

}  // namespace fxe
