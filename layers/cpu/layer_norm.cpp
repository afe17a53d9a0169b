// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

constexpr int64_t kPixels = 16;  // of a row, normalised together: neighbours in memory if lanes are few

// Sums g(value, pixel) over the channels of each of `count` pixels. Skips lanes past the last channel.
template <class G>
inline void sum_channels(const Blocks& b, const float* x, int64_t count, float* sum, const G& g) {
  for (int64_t w = 0; w < count; ++w) sum[w] = 0;
  for (int64_t block = 0; block < b.blocks; ++block) {
    const int64_t lanes = std::min(b.lanes, b.channels - block * b.lanes);
    for (int64_t w = 0; w < count; ++w) {
      const float* const at = x + block * b.step_block + w * b.step_w;
      float total = 0;
#pragma omp simd reduction(+ : total)
      for (int64_t i = 0; i < lanes; ++i) total += g(at[i], w);
      sum[w] += total;
    }
  }
}

void normalise(const Blocks& b, float epsilon, int64_t count, const float* x, const float* scale,
               const float* shift, float* y) {
  float mean[kPixels], factor[kPixels];
  const auto channels = static_cast<float>(b.channels);
  sum_channels(b, x, count, mean, [](float v, int64_t) { return v; });
  for (int64_t w = 0; w < count; ++w) mean[w] /= channels;
  // Sums squared differences from the mean: a difference of two means of squares would cancel.
  sum_channels(b, x, count, factor, [&](float v, int64_t w) { return (v - mean[w]) * (v - mean[w]); });
  for (int64_t w = 0; w < count; ++w) factor[w] = 1 / std::sqrt(factor[w] / channels + epsilon);
  for (int64_t block = 0; block < b.blocks; ++block) {
    const int64_t c = block * b.lanes;
    for (int64_t w = 0; w < count; ++w) {
      const int64_t at = block * b.step_block + w * b.step_w;
#pragma omp simd
      for (int64_t i = 0; i < b.lanes; ++i)
        y[at + i] = (x[at + i] - mean[w]) * factor[w] * scale[c + i] + shift[c + i];
    }
  }
}

void run(const Blocks& b, float epsilon, std::span<float* const> operands) {
  const int64_t pieces = (b.w + kPixels - 1) / kPixels;
  parallel_for(b.n * b.h * pieces, 8 * floats_of(b), [&](int64_t i) {
    const int64_t first = i % pieces * kPixels, count = std::min(kPixels, b.w - first);
    const int64_t at = i / pieces / b.h * b.step_n + i / pieces % b.h * b.step_h + first * b.step_w;
    normalise(b, epsilon, count, operands[0] + at, operands[2], operands[3], operands[1] + at);
  });
}

}  // namespace

Prepared CpuBackend::prepare(const LayerNorm& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (dims_of(md).size() != dims_of(context.output).size() || !blocks_of(md)) md = plain_md(context.output);
    if (step.dies(0) && same_bytes(md, step.input(0).md)) step.in_place(0);
    const Blocks blocks = *blocks_of(md);
    step.add("loop",
             [blocks, epsilon = static_cast<float>(op.epsilon)](std::span<float* const> operands) {
               run(blocks, epsilon, operands);
             },
             {step.input_as(0, md), step.output(md), step.channels(op.scale, blocks, 1),
              step.channels(op.shift, blocks, 0)});
  });
}

}  // namespace fxe::cpu
