// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/direct_conv.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "engine/error.h"
#include "kernels/dot_tile_cpu.h"
#include "layers/cpu/apply.h"

namespace fxe::cpu {

namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Two panels, the one in use and the next, are to fit into a second-level cache of 1 MiB or more.
int panel_width(int64_t rows) {
  constexpr int64_t kMostBytes = 640 << 10;
  return rows * kDotTileColumns * static_cast<int64_t>(sizeof(float)) > kMostBytes ? 32 : kDotTileColumns;
}

}  // namespace

bool DirectConv::works() {
  const char* const most = std::getenv("ONEDNN_MAX_CPU_ISA");
  const std::string_view isa = most ? most : "";
  return dot_tile_works() && isa != "SSE41" && isa != "AVX" && isa != "AVX2";
}

bool DirectConv::fits(const Conv2d& op, int64_t channels) {
  const int64_t of_group = op.k / op.groups;
  return works() && op.filter.h * op.filter.w <= kMostTaps &&
         (op.groups == 1 || (of_group >= 16 && channels / op.groups >= 16));
}

DirectConv::DirectConv(const Conv2d& op, const Shape& x, const Shape& y, bool bf16_weights, int64_t y_step)
    : op_(op),
      windows_(op, x, y),
      y_step_(y_step ? y_step : op.k),
      panels_{op.groups,        op.k / op.groups,
              x[1] / op.groups, op.filter.h * op.filter.w,
              bf16_weights,     panel_width(x[1] / op.groups * op.filter.h * op.filter.w)},
      tiles_(divide_up(windows_.pixels(), kDotTileRows)),
      clip_(Clip::of(op.act)) {
  if (windows_.taps() > kMostTaps)
    throw run_time_error("a window of {} taps, at most {} were expected", windows_.taps(), kMostTaps);
  // Some tens of microseconds of work, so that taking a piece costs nothing and the last one is soon done;
  // less where there would be few. Weights count as eight rows' products: where rows are few, reading them is
  // the work.
  constexpr int64_t kLeast = 200'000, kMost = 2'000'000, kPieces = 32;
  const int64_t rows = std::min<int64_t>(windows_.pixels(), kDotTileRows) + 8;
  const int64_t panel = panels_.channels * panels_.taps * panels_.width * rows;
  const int64_t piece = std::clamp(panel * panels_.panels() * tiles_ / kPieces, kLeast, kMost);
  panels_of_piece_ = std::clamp<int64_t>(piece / panel, 1, panels_.panels());
  tiles_of_piece_ = std::clamp<int64_t>(piece / (panel * panels_of_piece_), 1, tiles_);
  // Layer after layer the same worker has the same part of the image: its input is in its own cache, where it
  // was left. Where weights are larger than the image, rather each has its part of those.
  ranges_ = panels_.bytes() < 2 * sizeof(float) * static_cast<size_t>(x.elements() + y.elements());
}

std::vector<float> DirectConv::padded_bias(const std::vector<float>& bias) const {
  std::vector<float> padded(static_cast<size_t>(panels_.panels() * panels_.width));
  if (bias.empty()) return padded;
  auto from = bias.begin();
  for (int64_t panel = 0; panel < panels_.panels(); ++panel) {
    const auto end = from + panels_.columns_of(panel);
    std::copy(from, end, padded.begin() + panel * panels_.width);
    from = end;
  }
  return padded;
}

// Pieces of the same panels follow each other: a worker's weights stay in its cache.
void DirectConv::run(const Operands& operands, Workers& workers) const {
  const int64_t ranges = ranges_ ? workers.threads() : 1;
  const int64_t across = divide_up(divide_up(tiles_, ranges), tiles_of_piece_);
  const int64_t pieces = divide_up(panels_.panels(), panels_of_piece_) * across;  // of a range
  workers.run(ranges * pieces, [&](int64_t i) {
    const int64_t first = tiles_ * (i / pieces) / ranges, last = tiles_ * (i / pieces + 1) / ranges;
    const int64_t part = i % across, panel = i % pieces / across * panels_of_piece_;
    const Piece piece{first + (last - first) * part / across,
                      first + (last - first) * (part + 1) / across,
                      panel,
                      std::min(panel + panels_of_piece_, panels_.panels()),
                      first,
                      last};
    for (int64_t t = piece.first_tile; t < piece.last_tile; ++t) run_tile(operands, t, piece);
  });
}

void DirectConv::run_tile(const Operands& o, int64_t tile, const Piece& piece) const {
  // Tiles differ by one row at most.
  const int64_t pixel = tile * windows_.pixels() / tiles_;
  const auto rows = static_cast<int>((tile + 1) * windows_.pixels() / tiles_ - pixel);
  const float* x[kMostTaps * kDotTileRows];
  int64_t group = -1;
  for (int64_t panel = piece.first_panel; panel < piece.last_panel; ++panel) {
    if (const int64_t g = panel / panels_.panels_of_group(); g != group) {
      group = g;
      windows_.find(o.x + group * panels_.channels, pixel, rows, x);
    }
    const int64_t column = group * panels_.columns + panel % panels_.panels_of_group() * panels_.width;
    const int64_t at = pixel * y_step_ + column;
    const int columns = panels_.columns_of(panel);
    const auto [next, next_bytes] = next_weights(tile, panel, piece);
    dot_tile({.x = x,
              .rows = rows,
              .taps = windows_.taps(),
              .run = panels_.channels * windows_.pixels_of_tap(),
              .weights = o.weights + panels_.offset_bytes(panel),
              .bf16_weights = panels_.bf16,
              .next = o.weights + next,
              .next_bytes = next_bytes,
              .columns = columns,
              .bias = o.bias + panel * panels_.width,
              .residual = o.residual ? o.residual + at : nullptr,
              .y = o.y + at,
              .y_step = y_step_,
              .low = clip_.low,
              .high = clip_.high});
    if (!clip_.is_all) apply_to_rows(op_.act, o.y + at, rows, columns, y_step_);
  }
}

// The part of the panels after the piece's that is to be read ahead during this tile and panel: while one
// goes through the pixels, the next is on its way. offset and bytes.
std::pair<size_t, int64_t> DirectConv::next_weights(int64_t tile, int64_t panel, const Piece& piece) const {
  const int64_t next = panel + panels_of_piece_;
  if (next >= panels_.panels()) return {0, 0};
  const size_t begin = panels_.offset_bytes(next);
  const auto bytes = static_cast<int64_t>(panels_.offset_bytes(next + 1) - begin);
  const int64_t lines = bytes / 64, tiles = piece.range_last - piece.range_first;
  const int64_t from = lines * (tile - piece.range_first) / tiles * 64;
  const int64_t to = lines * (tile + 1 - piece.range_first) / tiles * 64;
  return {begin + static_cast<size_t>(from), to - from};
}

}  // namespace fxe::cpu
