// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_panels.h"

#include <algorithm>

#include "engine/dtype.h"
#include "kernels/dot_tile_cpu.h"

namespace fxe::cpu {

namespace {

int64_t panel_width(int64_t columns) { return panel_columns(static_cast<int>(columns)); }

}  // namespace

int WeightPanels::columns_of(int64_t panel) const {
  return static_cast<int>(std::min<int64_t>(width, columns - panel % panels_of_group() * width));
}

size_t WeightPanels::offset_bytes(int64_t panel) const {
  const int64_t last = columns - (panels_of_group() - 1) * width;
  const int64_t of_group = (panels_of_group() - 1) * width + panel_width(last);
  const int64_t before = panel / panels_of_group() * of_group + panel % panels_of_group() * width;  // columns
  return static_cast<size_t>(before * channels * taps) * (bf16 ? sizeof(uint16_t) : sizeof(float));
}

void WeightPanels::pack(const float* weights, std::byte* to, Workers& workers) const {
  workers.run(panels(), [&](int64_t panel) {
    const int64_t first = panel / panels_of_group() * columns + panel % panels_of_group() * width;
    const int there = columns_of(panel), stride = panel_columns(there);
    std::byte* const begin = to + offset_bytes(panel);
    std::fill(begin, begin + (offset_bytes(panel + 1) - offset_bytes(panel)), std::byte{0});
    for (int k = 0; k < there; ++k) {
      const float* const column = weights + (first + k) * channels * taps;
      for (int64_t t = 0; t < taps; ++t)
        for (int64_t c = 0; c < channels; ++c) {
          const float w = column[c * taps + t];
          const int64_t row = (t * channels + c) * stride;
          if (bf16)
            reinterpret_cast<uint16_t*>(begin)[row + packed_bf16_column(k, stride)] = float_to_bfloat16(w);
          else
            reinterpret_cast<float*>(begin)[row + k] = w;
        }
    }
  });
}

}  // namespace fxe::cpu
