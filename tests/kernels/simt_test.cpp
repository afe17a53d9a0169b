// SPDX-License-Identifier: Apache-2.0
// The shim itself: it computes what CUDA defines, and names what CUDA leaves undefined.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/simt.h"
#include "tests/kernels/schedules.h"

namespace fxe::test {
namespace {

constexpr unsigned kAll = 0xffffffffu;

template <class Kernel>
std::string error_of(Kernel* kernel, unsigned threads = 64) {
  simt::options() = {};
  simt::options().max_switches = 100'000;
  try {
    simt::launch("bad", kernel, dim3(1), threads, 0);
  } catch (const simt::KernelError& e) {
    return e.what();
  }
  return "nothing was found";
}

__global__ void sums(int* out) {
  FXE_SHARED(int, per_warp, 32);
  int sum = static_cast<int>(threadIdx.x);
  for (int d = 16; d > 0; d /= 2) sum += __shfl_down_sync(kAll, sum, static_cast<unsigned>(d));
  if (threadIdx.x % 32 == 0) per_warp[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    int total = 0;
    for (unsigned w = 0; w < blockDim.x / 32; ++w) total += per_warp[w];
    atomicAdd(out, total);
  }
}

TEST(Simt, AddsUpInEveryOrder) {
  for (const Schedule& schedule : schedules()) {
    simt::options() = schedule.options;
    int out = 0;
    simt::launch("sums", sums, dim3(5, 2), 128, 0, &out);
    EXPECT_EQ(out, 10 * 127 * 128 / 2) << schedule.name;
  }
}

__global__ void votes(unsigned* out) {
  const bool odd = threadIdx.x % 2 == 1;
  const unsigned ballot = __ballot_sync(kAll, odd);
  const int any = __any_sync(kAll, threadIdx.x == 40), all = __all_sync(kAll, threadIdx.x < 32);
  unsigned half = 0;  // disjoint masks at two places at the same time
  if (odd)
    half = static_cast<unsigned>(__reduce_add_sync(0xaaaaaaaau, 1));
  else
    half = static_cast<unsigned>(__reduce_max_sync(0x55555555u, static_cast<int>(threadIdx.x)));
  if (threadIdx.x % 32 == 3) {
    unsigned* mine = out + threadIdx.x / 32 * 4;
    mine[0] = ballot;
    mine[1] = static_cast<unsigned>(any);
    mine[2] = static_cast<unsigned>(all);
    mine[3] = half;
  }
}

TEST(Simt, Votes) {
  simt::options() = {};
  unsigned out[8];
  simt::launch("votes", votes, dim3(1), 64, 0, &out[0]);
  EXPECT_THAT(out, testing::ElementsAre(0xaaaaaaaau, 0, 1, 16, 0xaaaaaaaau, 1, 0, 16));
}

__global__ void missing_lane() {
  if (threadIdx.x < 20) __shfl_xor_sync(kAll, 1, 1);
}
__global__ void wrong_mask() { __shfl_xor_sync(0xffu, 1, 1); }
__global__ void divergent_barrier() {
  if (threadIdx.x < 32)
    __syncthreads();
  else
    __syncthreads();
}
__global__ void early_exit() {
  if (threadIdx.x == 5) return;
  __syncthreads();
}
__global__ void waits_for_ever() {
  FXE_SHARED(int, flag, 1);
  while (atomicAdd(flag, 0) != 1) __syncwarp();
}
__global__ void whole_warp() { __syncwarp(); }
__global__ void reads_outside() { __shfl_sync(0x3u, 1, 7); }

TEST(Simt, NamesWhatIsUndefined) {
  using testing::HasSubstr;
  EXPECT_THAT(error_of(missing_lane), HasSubstr("exited"));
  EXPECT_THAT(error_of(wrong_mask), HasSubstr("does not name"));
  EXPECT_THAT(error_of(divergent_barrier), HasSubstr("while others of the block wait"));
  EXPECT_THAT(error_of(early_exit), HasSubstr("__syncthreads"));
  EXPECT_THAT(error_of(waits_for_ever), HasSubstr("does not end"));
  EXPECT_THAT(error_of(reads_outside, 2), HasSubstr("not in the mask"));
  EXPECT_THAT(error_of(whole_warp, 40), HasSubstr("exited or do not exist"));
}

__global__ void unset(float* out) {
  FXE_SHARED(float, value, 1);
  *out = value[0];
}

TEST(Simt, SharedMemoryStartsAsNaN) {
  simt::options() = {};
  float out = 0;
  simt::launch("unset", unset, dim3(1), 1, 0, &out);
  EXPECT_TRUE(std::isnan(out));
}

__global__ void counts(uint32_t* counter) { atomicInc(counter, 2); }

TEST(Simt, AtomicIncWraps) {
  simt::options() = {};
  uint32_t counter = 0;
  simt::launch("counts", counts, dim3(1), 7, 0, &counter);
  EXPECT_EQ(counter, 1u);
}

}  // namespace
}  // namespace fxe::test
