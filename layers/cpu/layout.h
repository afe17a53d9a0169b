// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/backend.h"
#include "layers/cpu/dnnl_api.h"

// How this backend keeps a value: a oneDNN memory descriptor. Its dimensions are the value's shape, except
// after a Flatten, which changes the shape only: until an operation needs rows, [n c*h*w] is kept as [n c h
// w] was.
namespace fxe::cpu {

struct CpuLayout final : Layout {
  explicit CpuLayout(Md m) : md(std::move(m)) {}
  Md md;
};

Dims dims_of(const Shape&);
Md plain_md(const Shape&);

Md md_of(const Value&);
Value value_of(const Shape&, const Md&);  // without a Layout if its bytes are those of the plain one

// Whether memory of one descriptor can be read as the other: they are equal, or both row-major once
// dimensions of size 1 are dropped.
bool same_bytes(const Md&, const Md&);
bool is_plain(const Md&);

// A value as loops see it: [n][blocks][h][w][lanes], lanes contiguous, distances in floats. Rows of two
// dimensions have h = w = 1. Channel = block * lanes + lane; lanes past the last channel hold zeros, and must
// keep them. A channels-last layout is one block of all channels; a plain one has one lane.
struct Blocks {
  int64_t n = 1, blocks = 1, h = 1, w = 1, lanes = 1;
  int64_t step_n = 0, step_block = 0, step_h = 0, step_w = 0;
  int64_t channels = 1;
  bool padded() const { return blocks * lanes != channels; }
};
std::optional<Blocks> blocks_of(const Md&);

// The same memory with fewer lanes, if channels are contiguous: a loop over two values needs the same lanes
// in both.
Blocks with_lanes(Blocks, int64_t lanes);

}  // namespace fxe::cpu
