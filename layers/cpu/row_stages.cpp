// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/row_stages.h"

#include "layers/cpu/depthwise_conv.h"
#include "layers/cpu/direct_conv.h"
#include "layers/cpu/pool_loops.h"

namespace fxe::cpu {

namespace {

RowStage stage_of(std::string name, const Shape& x, const Shape& y, const Conv2d& window) {
  return {.name = std::move(name),
          .x_rows = x[2],
          .y_rows = y[2],
          .stride = window.stride.h,
          .reach = (window.filter.h - 1) * window.dilation.h + 1,
          .pad_top = window.pad.top,
          .y_columns = y[3],
          .y_row_floats = y[3] * y[1],
          .run = {}};
}

std::vector<float> floats_of(const Tensor* tensor) {
  return tensor ? tensor->to_float() : std::vector<float>();
}

using Floats = std::shared_ptr<const std::vector<float>>;
Floats shared(std::vector<float> values) {
  return std::make_shared<const std::vector<float>>(std::move(values));
}

}  // namespace

bool is_row_stage(const Op& op, const Shape& x) {
  // Each thread reads the weights again for each band, so they must stay in its cache.
  constexpr int64_t kMostWeightBytes = 256 << 10;
  if (x.rank() != 4 || !DirectConv::works()) return false;
  if (const auto* pool = std::get_if<Pool2d>(&op)) return pool->kind == Pool2d::Kind::max;
  const auto* conv = std::get_if<Conv2d>(&op);
  if (!conv) return false;
  const int64_t taps = conv->filter.h * conv->filter.w;
  return DepthwiseConv::fits(*conv, x[1]) ||
         (conv->groups == 1 && DirectConv::fits(*conv, x[1]) &&
          conv->k * x[1] * taps * static_cast<int64_t>(sizeof(float)) <= kMostWeightBytes);
}

RowStage padded_rows(const PaddedImage& image) {
  RowStage stage = stage_of("pad", image.shape(), image.shape(), {});
  stage.run = [image](const RowStage::Call& call) {
    image.fill_rows(call.x.at, call.y, call.first, call.last);
  };
  return stage;
}

RowStage conv_rows(const Conv2d& op, const Shape& x, const Shape& y, const Tensor& weight, const Tensor* bias,
                   CpuBackend& backend) {
  const DirectConv conv(op, x, y);
  RowStage stage = stage_of("direct", x, y, op);
  stage.run = [conv, weights = backend.weights().get(weight, conv.panels(), backend.workers()),
               padded = shared(conv.padded_bias(floats_of(bias)))](const RowStage::Call& call) {
    conv.run_rows({.x = call.x,
                   .weights = weights.get(),
                   .bias = padded->data(),
                   .residual = call.residual,
                   .y = call.y},
                  call.first, call.last);
  };
  return stage;
}

RowStage depthwise_rows(const Conv2d& op, const Shape& x, const Shape& y, const Tensor& weight,
                        const Tensor* bias) {
  const DepthwiseConv conv(op, x, y);
  std::vector<float> added = floats_of(bias);
  added.resize(static_cast<size_t>(op.k));
  RowStage stage = stage_of("depthwise", x, y, op);
  stage.run = [conv, weights = shared(conv.ordered(weight.to_float())),
               added = shared(std::move(added))](const RowStage::Call& call) {
    conv.run_rows({.x = call.x, .weights = weights->data(), .bias = added->data(), .y = call.y}, call.first,
                  call.last);
  };
  return stage;
}

RowStage maximum_rows(const Pool2d& op, const Shape& x, const Shape& y) {
  RowStage stage = stage_of("maximum", x, y, {.filter = op.filter, .stride = op.stride, .pad = op.pad});
  const Blocks from = *blocks_of(channels_last_md(dims_of(x))), to = *blocks_of(channels_last_md(dims_of(y)));
  stage.run = [op, from, to](const RowStage::Call& call) {
    maximum_of_rows(op, from, to, call.x, call.y, call.first, call.last);
  };
  return stage;
}

}  // namespace fxe::cpu
