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
      pieces_{.tiles = (windows_.pixels() + kDotTileRows - 1) / kDotTileRows,
              .panels = panels_.panels(),
              .tiles_of_piece = 1,
              .panels_of_piece = 1},
      clip_(Clip::of(op.act)) {
  if (windows_.taps() > kMostTaps)
    throw run_time_error("a window of {} taps, at most {} were expected", windows_.taps(), kMostTaps);
  // Some tens of microseconds of work, so that taking a piece costs nothing and the last one is soon done;
  // less where there would be few. Weights count as eight rows' products: where rows are few, reading them is
  // the work.
  constexpr int64_t kLeast = 200'000, kMost = 2'000'000, kPieces = 32;
  const int64_t rows = std::min<int64_t>(windows_.pixels(), kDotTileRows) + 8;
  const int64_t panel = panels_.channels * panels_.taps * panels_.width * rows;
  const int64_t piece = std::clamp(panel * pieces_.panels * pieces_.tiles / kPieces, kLeast, kMost);
  pieces_.panels_of_piece = std::clamp<int64_t>(piece / panel, 1, pieces_.panels);
  pieces_.tiles_of_piece = std::clamp<int64_t>(piece / (panel * pieces_.panels_of_piece), 1, pieces_.tiles);
  // Layer after layer the same worker has the same part of the image, which lies in its own cache, where it
  // left it. Where weights are much larger than the image, rather each has its part of those.
  pieces_.by_tiles = panels_.bytes() < 2 * sizeof(float) * static_cast<size_t>(x.elements() + y.elements());
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

void DirectConv::run(const Operands& operands, Workers& workers) const {
  workers.run(pieces_.count(workers.threads()), [&](int64_t i) {
    const auto piece = pieces_.at(i, workers.threads());
    for (int64_t t = piece.first_tile; t < piece.last_tile; ++t) run_tile(operands, t, piece);
  });
}

void DirectConv::run_tile(const Operands& o, int64_t tile, const ConvPieces::Piece& piece) const {
  // Tiles differ by one row at most.
  const int64_t pixel = tile * windows_.pixels() / pieces_.tiles;
  const auto rows = static_cast<int>((tile + 1) * windows_.pixels() / pieces_.tiles - pixel);
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
    const Ahead ahead = weights_ahead(o.weights, tile, panel, piece);
    dot_tile({.x = x,
              .rows = rows,
              .taps = windows_.taps(),
              .run = panels_.channels * windows_.pixels_of_tap(),
              .weights = o.weights + panels_.offset_bytes(panel),
              .bf16_weights = panels_.bf16,
              .next = ahead.at,
              .next_bytes = ahead.bytes,
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

// What is to be brought into the second-level cache during this tile and panel. Where each panel is used
// once, for one tile, that is a little further in the same weights: AlexNet at batch 1 takes 1.3 times as
// long where it is the next panel, of a megabyte. Else it is this tile's part of the panel after this one:
// while one goes through the pixels, the next is on its way.
DirectConv::Ahead DirectConv::weights_ahead(const std::byte* weights, int64_t tile, int64_t panel,
                                            const ConvPieces::Piece& piece) const {
  if (pieces_.tiles == 1) {
    constexpr size_t kFurther = 16 << 10;
    const size_t begin = std::min(panels_.offset_bytes(panel) + kFurther, panels_.bytes());
    const size_t end = std::min(panels_.offset_bytes(panel + 1) + kFurther, panels_.bytes());
    return {weights + begin, static_cast<int64_t>(end - begin)};
  }
  const int64_t next = panel + pieces_.panels_of_piece;
  if (next >= piece.share_last_panel) return {};
  const size_t begin = panels_.offset_bytes(next);
  const auto lines = static_cast<int64_t>((panels_.offset_bytes(next + 1) - begin) / 64);
  const int64_t tiles = piece.share_last_tile - piece.share_first_tile, at = tile - piece.share_first_tile;
  const int64_t first = lines * at / tiles * 64, last = lines * (at + 1) / tiles * 64;
  return {weights + begin + first, last - first};
}

}  // namespace fxe::cpu
