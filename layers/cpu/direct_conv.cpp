// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/direct_conv.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "kernels/dot_tile_cpu.h"
#include "layers/cpu/apply.h"

namespace fxe::cpu {

namespace {

constexpr int64_t kMostTaps = 128;

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Two panels, the one in use and the next, are to fit into a second-level cache of 1 MiB or more.
int panel_width(int64_t rows) {
  constexpr int64_t kMostBytes = 640 << 10;
  return rows * kDotTileColumns * static_cast<int64_t>(sizeof(float)) > kMostBytes ? 32 : kDotTileColumns;
}

bool clips(const Activation& act) {
  using Kind = Activation::Kind;
  return act.kind == Kind::none || act.kind == Kind::relu || act.kind == Kind::clip;
}

// Whether the values under a row of the filter lie next to each other, whatever the output pixel.
bool rows_are_runs(const Conv2d& op) { return !op.pad.any() && op.dilation.w == 1 && op.groups == 1; }

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

DirectConv::DirectConv(const Conv2d& op, const Shape& x, const Shape& y, bool bf16_weights)
    : op_(op),
      h_(x[2]),
      w_(x[3]),
      c_(x[1]),
      p_(y[2]),
      q_(y[3]),
      panels_{op.groups,        op.k / op.groups,
              x[1] / op.groups, op.filter.h * op.filter.w,
              bf16_weights,     panel_width(x[1] / op.groups * op.filter.h * op.filter.w)},
      taps_w_(rows_are_runs(op) ? 1 : op.filter.w),
      taps_(op.filter.h * taps_w_),
      run_(panels_.channels * op.filter.w / taps_w_),
      pixels_(y[0] * p_ * q_),
      tiles_(divide_up(pixels_, kDotTileRows)),
      zeros_(std::make_shared<std::vector<float>>(static_cast<size_t>(c_))),
      low_(-std::numeric_limits<float>::infinity()),
      high_(std::numeric_limits<float>::infinity()) {
  if (op.act.kind == Activation::Kind::relu) low_ = 0;
  if (op.act.kind == Activation::Kind::clip) low_ = op.act.low, high_ = op.act.high;

  // Some tens of microseconds of work, so that taking a piece costs nothing and the last one is soon done.
  // Weights count as eight rows' products: where rows are few, reading them is the work.
  constexpr int64_t kPiece = 2'000'000;
  const int64_t panel = taps_ * run_ * panels_.width * (std::min<int64_t>(pixels_, kDotTileRows) + 8);
  panels_of_piece_ = std::clamp<int64_t>(kPiece / panel, 1, panels_.panels());
  tiles_of_piece_ = std::clamp<int64_t>(kPiece / (panel * panels_of_piece_), 1, tiles_);
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
  const int64_t across = divide_up(tiles_, tiles_of_piece_);
  workers.run(divide_up(panels_.panels(), panels_of_piece_) * across, [&](int64_t i) {
    const int64_t tile = i % across * tiles_of_piece_, panel = i / across * panels_of_piece_;
    const Piece piece{tile, std::min(tile + tiles_of_piece_, tiles_), panel,
                      std::min(panel + panels_of_piece_, panels_.panels())};
    for (int64_t t = piece.first_tile; t < piece.last_tile; ++t) run_tile(operands, t, piece);
  });
}

void DirectConv::run_tile(const Operands& o, int64_t tile, const Piece& piece) const {
  // Tiles differ by one row at most.
  const int64_t pixel = tile * pixels_ / tiles_;
  const auto rows = static_cast<int>((tile + 1) * pixels_ / tiles_ - pixel);
  const float* x[kMostTaps * kDotTileRows];
  int64_t group = -1;
  for (int64_t panel = piece.first_panel; panel < piece.last_panel; ++panel) {
    if (const int64_t g = panel / panels_.panels_of_group(); g != group) {
      group = g;
      find_rows(o.x + group * panels_.channels, pixel, rows, x);
    }
    const int64_t column = group * panels_.columns + panel % panels_.panels_of_group() * panels_.width;
    const int64_t at = pixel * op_.k + column;
    const int columns = panels_.columns_of(panel);
    const auto [next, next_bytes] = next_weights(tile, panel);
    dot_tile({.x = x,
              .rows = rows,
              .taps = taps_,
              .run = run_,
              .weights = o.weights + panels_.offset_bytes(panel),
              .bf16_weights = panels_.bf16,
              .next = o.weights + next,
              .next_bytes = next_bytes,
              .columns = columns,
              .bias = o.bias + panel * panels_.width,
              .residual = o.residual ? o.residual + at : nullptr,
              .y = o.y + at,
              .y_step = op_.k,
              .low = low_,
              .high = high_});
    if (!clips(op_.act)) apply_to_rows(op_.act, o.y + at, rows, columns, op_.k);
  }
}

// The part of the panels after the piece's that is to be read ahead during this tile and panel: while one
// goes through the pixels, the next is on its way. offset and bytes.
std::pair<size_t, int64_t> DirectConv::next_weights(int64_t tile, int64_t panel) const {
  const int64_t next = panel + panels_of_piece_;
  if (next >= panels_.panels()) return {0, 0};
  const size_t begin = panels_.offset_bytes(next);
  const auto bytes = static_cast<int64_t>(panels_.offset_bytes(next + 1) - begin);
  const int64_t from = bytes / 64 * tile / tiles_ * 64, to = bytes / 64 * (tile + 1) / tiles_ * 64;
  return {begin + static_cast<size_t>(from), to - from};
}

// [taps][rows], of output pixels counted through all images.
void DirectConv::find_rows(const float* x, int64_t pixel, int rows, const float** to) const {
  const int64_t reach_h = (op_.filter.h - 1) * op_.dilation.h, reach_w = (op_.filter.w - 1) * op_.dilation.w;
  int64_t q = pixel % q_, p = pixel / q_ % p_, n = pixel / (p_ * q_);
  for (int j = 0; j < rows; ++j) {
    const int64_t top = p * op_.stride.h - op_.pad.top, left = q * op_.stride.w - op_.pad.left;
    const int64_t corner = ((n * h_ + top) * w_ + left) * c_;
    const bool inside = top >= 0 && left >= 0 && top + reach_h < h_ && left + reach_w < w_;
    const float** at = to + j;
    for (int64_t r = 0; r < op_.filter.h; ++r)
      for (int64_t s = 0; s < taps_w_; ++s, at += rows) {
        const int64_t down = r * op_.dilation.h, right = s * op_.dilation.w;
        const bool there =
            inside || (top + down >= 0 && top + down < h_ && left + right >= 0 && left + right < w_);
        *at = there ? x + corner + (down * w_ + right) * c_ : zeros_->data();
      }
    if (++q == q_) {
      q = 0;
      if (++p == p_) p = 0, ++n;
    }
  }
}

}  // namespace fxe::cpu
