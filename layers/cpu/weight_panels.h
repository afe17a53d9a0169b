// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/tensor.h"
#include "layers/cpu/workers.h"

namespace fxe::cpu {

// Weights [groups * columns, channels, taps] (a convolution's [k c r s], a fully connected layer's [k c], or
// its [k c h w] if it reads an image) as kernels/cpu/dot_tile.h wants them: per group, panels of `width`
// columns, fewer in the last, with rows in the order [taps channels] of channels-last pixels.
struct WeightPanels {
  int64_t groups = 1;
  int64_t columns = 1;  // per group
  int64_t channels = 1, taps = 1;
  bool bf16 = false;  // stored rounded to nearest even, to save memory traffic; multiplied as fp32

  int width = 64;  // of a panel: 64 or 32

  int64_t panels_of_group() const { return (columns + width - 1) / width; }
  int64_t panels() const { return groups * panels_of_group(); }
  int columns_of(int64_t panel) const;  // in use, 1 to width. Panels are counted through all groups
  size_t offset_bytes(int64_t panel) const;
  size_t bytes() const { return offset_bytes(panels()); }
  bool operator==(const WeightPanels&) const = default;

  // `to`, of bytes(), is 64-byte aligned; the workers share the panels.
  void pack(const Tensor& weights, std::byte* to, Workers&) const;
};

}  // namespace fxe::cpu
