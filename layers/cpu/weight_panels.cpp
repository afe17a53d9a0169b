// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_panels.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "kernels/cpu/dot_tile.h"

namespace fxe::cpu {

namespace {

int64_t panel_width(int64_t columns) { return panel_columns(static_cast<int>(columns)); }

uint16_t converted(float v, uint16_t) { return float_to_bfloat16(v); }
float converted(float v, float) { return v; }

// Packs one panel of `there` columns, starting at the tensor's row `first`. A few elements of all columns are
// gathered in a buffer that stays in cache, then go to the panel row by row: going column by column would
// touch a cache line, and often a page, per element.
template <class T>
void pack_panel(const WeightPanels& panels, const Tensor& weights, int64_t first, int there, T* to) {
  constexpr int kPiece = 128;
  const int stride = panel_columns(there);
  const int64_t elements = panels.channels * panels.taps;
  float column[kPiece];
  alignas(64) T rows[kPiece][kDotTileColumns] = {};  // zero where there is no column
  for (int64_t begin = 0; begin < elements; begin += kPiece) {
    const auto count = static_cast<size_t>(std::min<int64_t>(kPiece, elements - begin));
    for (int k = 0; k < there; ++k) {
      weights.read(static_cast<size_t>((first + k) * elements + begin), std::span(column).first(count));
      const int at = sizeof(T) == sizeof(uint16_t) ? packed_bf16_column(k, stride) : k;
      for (size_t i = 0; i < count; ++i) rows[i][at] = converted(column[i], T{});
    }
    for (size_t i = 0; i < count; ++i) {
      const int64_t element = begin + static_cast<int64_t>(i), c = element / panels.taps;
      const int64_t row = element % panels.taps * panels.channels + c;
      std::memcpy(to + row * stride, rows[i], static_cast<size_t>(stride) * sizeof(T));
    }
  }
}

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

void WeightPanels::pack(const Tensor& weights, std::byte* to, Workers& workers) const {
  workers.run(panels(), [&](int64_t panel) {
    const int64_t first = panel / panels_of_group() * columns + panel % panels_of_group() * width;
    std::byte* const begin = to + offset_bytes(panel);
    if (bf16)
      pack_panel(*this, weights, first, columns_of(panel), reinterpret_cast<uint16_t*>(begin));
    else
      pack_panel(*this, weights, first, columns_of(panel), reinterpret_cast<float*>(begin));
  });
}

}  // namespace fxe::cpu
