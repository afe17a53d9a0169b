// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/conv_pieces.h"

#include <algorithm>

namespace fxe::cpu {

namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

int64_t ConvPieces::across(int workers) const {
  return divide_up(divide_up(tiles, by_tiles ? workers : 1), tiles_of_piece);
}

int64_t ConvPieces::groups() const { return divide_up(panels, panels_of_piece); }

int64_t ConvPieces::count(int workers) const { return (by_tiles ? workers : 1) * groups() * across(workers); }

ConvPieces::Piece ConvPieces::at(int64_t i, int workers) const {
  const int64_t columns = across(workers), all = count(workers);
  // The share whose range of pieces, [all * share / workers, all * (share + 1) / workers), contains it.
  const auto share = static_cast<int>(((i + 1) * workers - 1) / all);
  const int64_t range = by_tiles ? share : 0, ranges = by_tiles ? workers : 1;
  const int64_t first = tiles * range / ranges, last = tiles * (range + 1) / ranges;
  const int64_t column = i % columns, panel = i % (groups() * columns) / columns * panels_of_piece;
  const int64_t end_of_share = all * (share + 1) / workers;  // piece
  return {.first_tile = first + (last - first) * column / columns,
          .last_tile = first + (last - first) * (column + 1) / columns,
          .first_panel = panel,
          .last_panel = std::min(panel + panels_of_piece, panels),
          .share = share,
          .share_first_tile = first,
          .share_last_tile = last,
          .share_last_panel =
              by_tiles ? panels : std::min(divide_up(end_of_share, columns) * panels_of_piece, panels)};
}

}  // namespace fxe::cpu
