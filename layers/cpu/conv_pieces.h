// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe::cpu {

// How a convolution's tiles (of output pixels) and panels (of output channels) are cut into pieces for
// workers. Pieces of the same panels are consecutive, so that a worker's weights stay in its cache.
struct ConvPieces {
  int64_t tiles, panels;                    // in all
  int64_t tiles_of_piece, panels_of_piece;  // at most
  // True: each worker starts with its own range of tiles and goes through all panels. False: it starts with
  // its own panels and goes through all tiles.
  bool by_tiles = false;

  struct Piece {
    int64_t first_tile, last_tile, first_panel, last_panel;
    int share;  // of the worker that starts with it
    int64_t share_first_tile, share_last_tile, share_last_panel;
  };
  int64_t count(int workers) const;
  Piece at(int64_t i, int workers) const;  // 0 <= i < count(); shares are those of Workers::run

 private:
  int64_t across(int workers) const;  // pieces side by side in a range of tiles
  int64_t groups() const;             // of panels
};

}  // namespace fxe::cpu
