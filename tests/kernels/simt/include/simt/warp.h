// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/keywords.h>

#include <type_traits>

namespace simt {

void block_barrier(Site);
int block_barrier_and(int predicate, Site);
int block_barrier_or(int predicate, Site);
int block_barrier_count(int predicate, Site);

// All lanes of `mask` meet here; fails (launch() throws) if a lane is missing, has exited, is not in its own
// mask, or waits elsewhere. Only `sync` orders memory.
enum class WarpOp : int { sync, shuffle, vote, add, min, max };
struct WarpCall {
  WarpOp op;
  unsigned mask;
  uint64_t value = 0;
  int source = 0;  // shuffle: the lane to read
};
uint64_t warp_call(const WarpCall&, Site);  // shuffle: its value; vote: the ballot; reductions: of int64_t

inline int lane() {
  return static_cast<int>((threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32);
}

template <class T>
T shuffle(unsigned mask, T value, int source, Site site) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
  uint64_t bits = 0;
  __builtin_memcpy(&bits, &value, sizeof(T));
  bits = warp_call({WarpOp::shuffle, mask, bits, source}, site);
  __builtin_memcpy(&value, &bits, sizeof(T));
  return value;
}

template <class T>
T reduce(WarpOp op, unsigned mask, T value, Site site) {
  static_assert(std::is_same_v<T, int> || std::is_same_v<T, unsigned>);
  return static_cast<T>(warp_call({op, mask, static_cast<uint64_t>(static_cast<int64_t>(value)), 0}, site));
}

}  // namespace simt

inline void __syncthreads(SIMT_SITE) { simt::block_barrier(site); }
inline int __syncthreads_and(int p, SIMT_SITE) { return simt::block_barrier_and(p, site); }
inline int __syncthreads_or(int p, SIMT_SITE) { return simt::block_barrier_or(p, site); }
inline int __syncthreads_count(int p, SIMT_SITE) { return simt::block_barrier_count(p, site); }
inline void __syncwarp(unsigned mask = 0xffffffffu, SIMT_SITE) {
  simt::warp_call({simt::WarpOp::sync, mask}, site);
}

// A source lane outside the group of `width` lanes: the own value.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, SIMT_SITE) {
  const int group = simt::lane() & ~(width - 1);
  return simt::shuffle(mask, value, group + (source & (width - 1)), site);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32, SIMT_SITE) {
  const int lane = simt::lane(), source = lane ^ lane_mask, end = (lane & ~(width - 1)) + width;
  return simt::shuffle(mask, value, source < end ? source : lane, site);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, SIMT_SITE) {
  const int lane = simt::lane(), source = lane + static_cast<int>(delta), end = (lane & ~(width - 1)) + width;
  return simt::shuffle(mask, value, source < end ? source : lane, site);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, SIMT_SITE) {
  const int lane = simt::lane(), source = lane - static_cast<int>(delta), group = lane & ~(width - 1);
  return simt::shuffle(mask, value, source >= group ? source : lane, site);
}
inline unsigned __ballot_sync(unsigned mask, int p, SIMT_SITE) {
  return static_cast<unsigned>(simt::warp_call({simt::WarpOp::vote, mask, p != 0}, site));
}
inline int __any_sync(unsigned mask, int p, SIMT_SITE) {
  return simt::warp_call({simt::WarpOp::vote, mask, p != 0}, site) != 0;
}
inline int __all_sync(unsigned mask, int p, SIMT_SITE) {
  return simt::warp_call({simt::WarpOp::vote, mask, p != 0}, site) == mask;
}
template <class T>
T __reduce_add_sync(unsigned mask, T value, SIMT_SITE) {
  return simt::reduce(simt::WarpOp::add, mask, value, site);
}
template <class T>
T __reduce_min_sync(unsigned mask, T value, SIMT_SITE) {
  return simt::reduce(simt::WarpOp::min, mask, value, site);
}
template <class T>
T __reduce_max_sync(unsigned mask, T value, SIMT_SITE) {
  return simt::reduce(simt::WarpOp::max, mask, value, site);
}
