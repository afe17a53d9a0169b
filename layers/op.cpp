// SPDX-License-Identifier: Apache-2.0
#include "layers/op.h"

#include <fmt/format.h>

namespace fxe {

namespace {

std::string str(Extent2 e) { return fmt::format("{}x{}", e.h, e.w); }

// " name=value" if the value differs from the default: lines stay short.
template <class T>
std::string unless(const T& usual, const char* name, const T& value) {
  return value == usual ? "" : fmt::format(" {}={}", name, value);
}

std::string pad_str(const Padding2& p) {
  if (!p.any()) return "";
  if (p.top == p.left && p.top == p.bottom && p.top == p.right) return fmt::format(" pad={}", p.top);
  return fmt::format(" pad={},{},{},{}", p.top, p.left, p.bottom, p.right);
}

std::string act_str(const Activation& act) { return act ? " act=" + act.str() : ""; }

struct Name {
  const char* operator()(const Input&) const { return "input"; }
  const char* operator()(const Conv2d&) const { return "conv2d"; }
  const char* operator()(const BatchNorm&) const { return "batch_norm"; }
  const char* operator()(const Scale&) const { return "scale"; }
  const char* operator()(const LayerNorm&) const { return "layer_norm"; }
  const char* operator()(const Pool2d&) const { return "pool2d"; }
  const char* operator()(const GlobalAveragePool&) const { return "global_average_pool"; }
  const char* operator()(const Linear&) const { return "linear"; }
  const char* operator()(const Activate&) const { return "activate"; }
  const char* operator()(const PRelu&) const { return "prelu"; }
  const char* operator()(const Add&) const { return "add"; }
  const char* operator()(const ChannelGate&) const { return "channel_gate"; }
  const char* operator()(const Concat&) const { return "concat"; }
  const char* operator()(const ChannelShuffle&) const { return "channel_shuffle"; }
  const char* operator()(const ChannelSlice&) const { return "channel_slice"; }
  const char* operator()(const ZeroPad&) const { return "zero_pad"; }
  const char* operator()(const Flatten&) const { return "flatten"; }
  const char* operator()(const Softmax&) const { return "softmax"; }
  const char* operator()(const Lrn&) const { return "lrn"; }
  const char* operator()(const ShortcutPad&) const { return "shortcut_pad"; }
};

struct Parameters {
  std::string operator()(const Input& o) const { return fmt::format(" {}x{}x{}", o.c, o.h, o.w); }
  std::string operator()(const Conv2d& o) const {
    return fmt::format(" k={} filter={}", o.k, str(o.filter)) +
           unless<std::string>("1x1", "stride", str(o.stride)) + pad_str(o.pad) +
           unless<std::string>("1x1", "dilation", str(o.dilation)) + unless<int64_t>(1, "groups", o.groups) +
           (o.bias.empty() ? "" : " bias") + (o.add_residual ? " residual" : "") + act_str(o.act);
  }
  std::string operator()(const BatchNorm& o) const { return fmt::format(" epsilon={}", o.epsilon); }
  std::string operator()(const Scale& o) const {
    return std::string(o.scale.empty() ? "" : " scale") + (o.shift.empty() ? "" : " shift") + act_str(o.act);
  }
  std::string operator()(const LayerNorm& o) const {
    return fmt::format(" epsilon={}", o.epsilon) + (o.scale.empty() ? "" : " scale") +
           (o.shift.empty() ? "" : " shift");
  }
  std::string operator()(const Pool2d& o) const {
    return fmt::format(" {} filter={}", o.kind == Pool2d::Kind::max ? "max" : "average", str(o.filter)) +
           unless<std::string>("1x1", "stride", str(o.stride)) + pad_str(o.pad) +
           (o.ceil_mode ? " ceil" : "") + (o.count_padding ? " count_padding" : "");
  }
  std::string operator()(const GlobalAveragePool&) const { return ""; }
  std::string operator()(const Linear& o) const {
    return fmt::format(" k={}", o.k) + (o.bias.empty() ? "" : " bias") + act_str(o.act);
  }
  std::string operator()(const Activate& o) const { return " " + o.act.str(); }
  std::string operator()(const PRelu&) const { return ""; }
  std::string operator()(const Add& o) const { return act_str(o.act); }
  std::string operator()(const ChannelGate&) const { return ""; }
  std::string operator()(const Concat&) const { return ""; }
  std::string operator()(const ChannelShuffle& o) const { return fmt::format(" groups={}", o.groups); }
  std::string operator()(const ChannelSlice& o) const {
    return fmt::format(" first={} count={}", o.first, o.count);
  }
  std::string operator()(const ZeroPad& o) const { return pad_str(o.pad); }
  std::string operator()(const Flatten&) const { return ""; }
  std::string operator()(const Softmax&) const { return ""; }
  std::string operator()(const Lrn& o) const {
    return fmt::format(" size={} alpha={} beta={} k={}", o.size, o.alpha, o.beta, o.k);
  }
  std::string operator()(const ShortcutPad& o) const {
    return fmt::format(" stride={} before={} after={}", str(o.stride), o.before, o.after);
  }
};

}  // namespace

std::string op_name(const Op& op) { return std::visit(Name{}, op); }
std::string op_str(const Op& op) { return op_name(op) + std::visit(Parameters{}, op); }

}  // namespace fxe
