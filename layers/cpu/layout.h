// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/backend.h"
#include "layers/cpu/dnnl_api.h"

// How this backend keeps a value: a oneDNN memory descriptor. Its dimensions are the value's shape, except
// that a Flatten changes the shape only: until somebody needs rows, [n c*h*w] is kept as [n c h w] was.
namespace fxe::cpu {

struct CpuLayout final : Layout {
  explicit CpuLayout(Md m) : md(std::move(m)) {}
  Md md;
};

Dims dims_of(const Shape&);
Md plain_md(const Shape&);

Md md_of(const Value&);
Value value_of(const Shape&, const Md&);  // without a Layout where the bytes are those of the plain one

// Whether memory of one descriptor can be read as the other: equal, or both row-major once dimensions of
// size 1 are left out.
bool same_bytes(const Md&, const Md&);
bool is_plain(const Md&);

// A value as loops see it: [n][blocks][h][w][lanes], lanes next to each other, distances in floats. Rows of
// two dimensions have h = w = 1. Channel = block * lanes + lane; lanes past the last channel hold zeros, and
// must go on holding zeros. A channels-last layout is one block of all channels, a plain one has one lane.
struct Blocks {
  int64_t n = 1, blocks = 1, h = 1, w = 1, lanes = 1;
  int64_t step_n = 0, step_block = 0, step_h = 0, step_w = 0;
  int64_t channels = 1;
  bool padded() const { return blocks * lanes != channels; }
};
std::optional<Blocks> blocks_of(const Md&);

// The same memory with fewer lanes, where channels lie next to each other: a loop over two values needs the
// same lanes in both.
Blocks with_lanes(Blocks, int64_t lanes);

}  // namespace fxe::cpu
