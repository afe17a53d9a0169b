// SPDX-License-Identifier: Apache-2.0
#include "networks/inverted_residual.h"

#include <algorithm>

#include "engine/error.h"
#include "networks/smoothing.h"

namespace fxe {

namespace {

constexpr auto kBias = GraphBuilder::Bias::yes;

struct LayerNames {
  std::string conv, norm;
};

// The names of a block's layers, requested in order.
class Names {
 public:
  Names(std::string block, InvertedResidualNames style, bool expands)
      : block_(std::move(block)), style_(style), expands_(expands) {}

  LayerNames expand() { return layer("conv_pw"); }
  LayerNames depthwise() { return layer("conv_dw"); }
  LayerNames project() {
    if (style_ != InvertedResidualNames::torchvision_v2) return layer(expands_ ? "conv_pwl" : "conv_pw");
    const std::string at = fmt::format("{}.conv.", block_);
    return {at + std::to_string(index_), at + std::to_string(index_ + 1)};
  }
  std::pair<std::string, std::string> gate() {
    if (style_ == InvertedResidualNames::timm)
      return {block_ + ".se.conv_reduce", block_ + ".se.conv_expand"};
    const std::string at = fmt::format("{}.block.{}", block_, index_++);
    return {at + ".fc1", at + ".fc2"};
  }

 private:
  LayerNames layer(const char* timm_name) {
    if (style_ == InvertedResidualNames::timm) {
      ++index_;
      return {fmt::format("{}.{}", block_, timm_name), fmt::format("{}.bn{}", block_, index_)};
    }
    const std::string at = fmt::format(
        "{}.{}.{}", block_, style_ == InvertedResidualNames::torchvision ? "block" : "conv", index_++);
    return {at + ".0", at + ".1"};
  }

  std::string block_;
  InvertedResidualNames style_;
  bool expands_;
  int index_ = 0;
};

}  // namespace

Padding2 same_padding(const Shape& x, int64_t kernel, int64_t stride) {
  const auto total = [&](int64_t size) {
    return std::max<int64_t>(0, (size - 1) / stride * stride + kernel - size);
  };
  const int64_t h = total(x[2]), w = total(x[3]);
  return {.top = h / 2, .left = w / 2, .bottom = h - h / 2, .right = w - w / 2};
}

ValueId conv_norm_act(GraphBuilder& g, const std::string& conv, const std::string& norm, ValueId x, Conv2d op,
                      Activation act, double epsilon) {
  x = g.batch_norm(norm, g.conv(conv, x, std::move(op)), epsilon);
  return act ? g.activate(conv + ".act", x, act) : x;
}

ValueId inverted_residual(GraphBuilder& g, const std::string& name, InvertedResidualNames style, ValueId x,
                          const InvertedResidual& block) {
  const int64_t c = g.shape(x)[1];
  Names names(name, style, block.wide != c);
  const auto layer = [&](const LayerNames& called, ValueId v, Conv2d op, Activation act) {
    return conv_norm_act(g, called.conv, called.norm, v, std::move(op), act, block.epsilon);
  };
  auto y = x;
  if (block.wide != c) y = layer(names.expand(), y, {.k = block.wide}, block.act);
  const bool smoothed = block.stride == 2 && block.smoothing != Smoothing::none;
  const int64_t stride = smoothed ? 1 : block.stride;
  y = layer(
      names.depthwise(), y,
      {.k = block.wide,
       .filter = {block.kernel, block.kernel},
       .stride = {stride, stride},
       .pad = block.same_padding ? same_padding(g.shape(y), block.kernel, stride) : same(block.kernel / 2),
       .groups = block.wide},
      block.act);
  if (smoothed) y = smooth(g, name + ".aa", y, block.smoothing);
  if (block.squeezed) {
    const auto [reduce, expand] = names.gate();
    auto gate = g.global_average_pool(reduce + ".pool", y);
    gate = g.conv(reduce, gate, {.k = block.squeezed}, kBias);
    gate = g.activate(reduce + ".act", gate, block.squeezed_act);
    gate = g.conv(expand, gate, {.k = block.wide}, kBias);
    gate = g.activate(expand + ".act", gate, block.gate_act);
    y = g.channel_gate(name + ".gate", y, gate);
  }
  y = layer(names.project(), y, {.k = block.k}, Activation::none());
  return block.stride == 1 && c == block.k ? g.add(name + ".add", y, x) : y;
}

}  // namespace fxe
