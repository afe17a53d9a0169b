// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/direct_conv.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "engine/error.h"
#include "kernels/cpu/dot_tile.h"
#include "layers/cpu/apply.h"

namespace fxe::cpu {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Two panels, the current and the next one, must fit into a second-level cache of 1 MiB or more.
bool fits_twice(int64_t rows) {
  constexpr int64_t kMostBytes = 640 << 10;
  return rows * kDotTileColumns * static_cast<int64_t>(sizeof(float)) <= kMostBytes;
}

// Number of blocks the filter taps are split into. A panel that does not fit is processed block by block,
// each going through the panel's pixels, with partial sums in y: ResNet-50's last 3x3 convolutions run in 0.9
// of the time. One block if pixels are few, as in fully connected layers, or if y holds the residual.
int64_t blocks_of(const Conv2d& op, const Windows& windows, int64_t run, const Shape& y) {
  constexpr int64_t kRows = 512, kFewPixels = 24;  // 128 KiB
  if (op.add_residual || y[2] * y[3] < kFewPixels || fits_twice(windows.taps() * run)) return 1;
  const int64_t taps = std::max<int64_t>(kRows / run, 1);
  return (windows.taps() + taps - 1) / taps;
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
      blocks_(blocks_of(op, windows_, x[1] / op.groups * windows_.pixels_of_tap(), y)),
      panels_{op.groups,
              op.k / op.groups,
              x[1] / op.groups,
              op.filter.h * op.filter.w,
              bf16_weights,
              blocks_ > 1 || fits_twice(x[1] / op.groups * op.filter.h * op.filter.w) ? kDotTileColumns : 32},
      pieces_{.tiles = (windows_.pixels() + kDotTileRows - 1) / kDotTileRows,
              .panels = panels_.panels(),
              .tiles_of_piece = 1,
              .panels_of_piece = 1},
      clip_(Clip::of(op.act)) {
  for (int64_t panel = 0; panel < panels_.panels(); ++panel) {
    const int64_t group = panel / panels_.panels_of_group(), of_group = panel % panels_.panels_of_group();
    panels_at_.push_back({group, group * panels_.columns + of_group * panels_.width,
                          panels_.columns_of(panel), panels_.offset_bytes(panel)});
  }
  panels_at_.push_back({.offset_bytes = panels_.bytes()});
  if (windows_.taps() > kMostTaps)
    throw run_time_error("a window of {} taps, at most {} were expected", windows_.taps(), kMostTaps);
  // Aims at some tens of microseconds of work, so that taking a piece costs nothing and the last one ends
  // soon; less if there would be few pieces. Weights count as eight rows of products: if rows are few,
  // reading the weights is the work.
  constexpr int64_t kLeast = 200'000, kMost = 2'000'000, kPieces = 32;
  const int64_t rows = std::min<int64_t>(windows_.pixels(), kDotTileRows) + 8;
  const int64_t panel = panels_.channels * panels_.taps * panels_.width * rows;
  const int64_t piece = std::clamp(panel * pieces_.panels * pieces_.tiles / kPieces, kLeast, kMost);
  pieces_.panels_of_piece = std::clamp<int64_t>(piece / panel, 1, pieces_.panels);
  pieces_.tiles_of_piece = std::clamp<int64_t>(piece / (panel * pieces_.panels_of_piece), 1, pieces_.tiles);
  if (blocks_ > 1) {  // enough tiles per block to pay for reading it
    constexpr int64_t kLeastTiles = 5, kMostTiles = 24, kFewPieces = 16;
    const int64_t tiles = pieces_.tiles * pieces_.panels / kFewPieces;
    pieces_.panels_of_piece = 1;
    pieces_.tiles_of_piece = std::min(std::clamp(tiles, kLeastTiles, kMostTiles), pieces_.tiles);
  }
  // By tiles, a worker processes the same part of the image in every layer, and finds it in its own cache. If
  // the weights are much larger than the image, each worker takes a part of the weights instead.
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

void DirectConv::run(const Operands& o, Workers& workers) const {
  workers.run(pieces_.count(workers.threads()), [&](int64_t i) {
    const auto piece = pieces_.at(i, workers.threads());
    if (blocks_ > 1)
      run_in_blocks(o, piece);
    else
      run_whole(o, piece);
  });
}

// Tiles differ by one row at most.
DirectConv::Tile DirectConv::tile_at(int64_t tile) const {
  const int64_t pixel = tile * windows_.pixels() / pieces_.tiles;
  return {pixel, pixel, static_cast<int>((tile + 1) * windows_.pixels() / pieces_.tiles - pixel)};
}

void DirectConv::run_whole(const Operands& o, const ConvPieces::Piece& piece) const {
  const float* x[kMostTaps * kDotTileRows];
  for (int64_t t = piece.first_tile; t < piece.last_tile; ++t) {
    const Tile tile = tile_at(t);
    int64_t group = -1;
    for (auto panel = static_cast<size_t>(piece.first_panel); panel < static_cast<size_t>(piece.last_panel);
         ++panel) {
      if (panels_at_[panel].group != group) {
        group = panels_at_[panel].group;
        windows_.find({o.x.at + group * panels_.channels}, tile.pixel, tile.rows, x);
      }
      run_tile(o, tile, panel, {0, windows_.taps()}, x, weights_ahead(o.weights, t, panel, piece));
    }
  }
}

// Runs a piece of one panel.
void DirectConv::run_in_blocks(const Operands& o, const ConvPieces::Piece& piece) const {
  const float* x[kMostTaps * kDotTileRows];
  const auto panel = static_cast<size_t>(piece.first_panel);
  const int64_t tiles = piece.last_tile - piece.first_tile;
  for (int64_t block = 0; block < blocks_; ++block) {
    const Taps taps{windows_.taps() * block / blocks_, windows_.taps() * (block + 1) / blocks_};
    const Ahead next = block_ahead(o.weights, panel, taps, piece);
    for (int64_t t = 0; t < tiles; ++t) {
      const Tile tile = tile_at(piece.first_tile + t);
      windows_.find({o.x.at + panels_at_[panel].group * panels_.channels}, tile.pixel, tile.rows, x);
      run_tile(o, tile, panel, taps, x, next.part(t, tiles));
    }
  }
}

void DirectConv::run_rows(const Operands& o, int64_t first, int64_t last) const {
  const float* x[kMostTaps * kDotTileRows];
  for (int64_t end; first < last; first = end) {
    // Up to where the ring wraps: rows of y are contiguous until then.
    const int64_t until_wrap = o.y.mask < 0 ? last - first : o.y.mask + 1 - (first & o.y.mask);
    end = std::min(last, first + until_wrap);
    const int64_t pixels = (end - first) * windows_.pixels_of_row(), pixel = first * windows_.pixels_of_row();
    const int64_t tiles = (pixels + kDotTileRows - 1) / kDotTileRows;
    const int64_t y_pixel = (first & o.y.mask) * windows_.pixels_of_row();
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t at = t * pixels / tiles;
      const Tile tile{pixel + at, y_pixel + at, static_cast<int>((t + 1) * pixels / tiles - at)};
      windows_.find(o.x, tile.pixel, tile.rows, x);
      for (size_t panel = 0; panel + 1 < panels_at_.size(); ++panel)
        run_tile(o, tile, panel, {0, windows_.taps()}, x, {});
    }
  }
}

void DirectConv::run_tile(const Operands& o, const Tile& tile, size_t panel, const Taps& taps,
                          const float* const* x, Ahead ahead) const {
  const auto& [group, column, columns, offset_bytes] = panels_at_[panel];
  const int64_t at = tile.y_pixel * y_step_ + column;
  const bool is_last = taps.last == windows_.taps();
  dot_tile({.x = x + taps.first * tile.rows,
            .rows = tile.rows,
            .taps = taps.last - taps.first,
            .run = panels_.channels * windows_.pixels_of_tap(),
            .weights = o.weights + offset_bytes + bytes_of_taps(panel, taps.first),
            .bf16_weights = panels_.bf16,
            .next = ahead.at,
            .next_bytes = ahead.bytes,
            .columns = columns,
            .bias = o.bias + static_cast<int64_t>(panel) * panels_.width,
            .residual = o.residual ? o.residual + at : nullptr,
            .y = o.y.at + at,
            .y_step = y_step_,
            .low = is_last ? clip_.low : -kInfinity,
            .high = is_last ? clip_.high : kInfinity,
            .continues = taps.first > 0});
  if (is_last && !clip_.is_all) apply_to_rows(op_.act, o.y.at + at, tile.rows, columns, y_step_);
}

int64_t DirectConv::bytes_of_taps(size_t panel, int64_t taps) const {
  const size_t all = panels_at_[panel + 1].offset_bytes - panels_at_[panel].offset_bytes;
  return static_cast<int64_t>(all) / windows_.taps() * taps;
}

// The block after this one in the worker's order: of the same panel, of the same panel for the next tiles, or
// of the next panel.
DirectConv::Ahead DirectConv::block_ahead(const std::byte* weights, size_t panel, const Taps& taps,
                                          const ConvPieces::Piece& piece) const {
  const bool is_last = taps.last == windows_.taps();
  const bool again = is_last && piece.last_tile < piece.share_last_tile;
  const size_t begin =
      panels_at_[panel].offset_bytes + static_cast<size_t>(again ? 0 : bytes_of_taps(panel, taps.last));
  const auto left = static_cast<int64_t>(panels_at_.back().offset_bytes - begin);
  return {weights + begin, std::min(bytes_of_taps(panel, taps.last - taps.first), left)};
}

// What to prefetch into the second-level cache during this tile and panel. With a single tile each panel is
// used once, so it is the same weights a little further on: fetching the next panel, a megabyte, instead
// makes AlexNet at batch 1 take 1.3 times as long. Otherwise it is this tile's part of the next panel, which
// arrives while this one goes through the pixels.
DirectConv::Ahead DirectConv::weights_ahead(const std::byte* weights, int64_t tile, size_t panel,
                                            const ConvPieces::Piece& piece) const {
  if (pieces_.tiles == 1) {
    constexpr size_t kFurther = 16 << 10;
    const size_t begin = std::min(panels_at_[panel].offset_bytes + kFurther, panels_at_.back().offset_bytes);
    const size_t end =
        std::min(panels_at_[panel + 1].offset_bytes + kFurther, panels_at_.back().offset_bytes);
    return {weights + begin, static_cast<int64_t>(end - begin)};
  }
  const size_t next = panel + static_cast<size_t>(pieces_.panels_of_piece);
  if (next >= static_cast<size_t>(piece.share_last_panel)) return {};
  const size_t begin = panels_at_[next].offset_bytes;
  const Ahead all{weights + begin, static_cast<int64_t>(panels_at_[next + 1].offset_bytes - begin)};
  return all.part(tile - piece.share_first_tile, piece.share_last_tile - piece.share_first_tile);
}

}  // namespace fxe::cpu
