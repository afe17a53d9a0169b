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

// The fields, but for names of weights.
struct Fields {
  std::string text;
  void operator()(const char* name, const auto& value) { text += fmt::format(" {}={}", name, value); }
  void operator()(const char* name, const Extent2& value) { text += fmt::format(" {}={}", name, str(value)); }
  void operator()(const char*, const Padding2& value) { text += pad_str(value); }
  void operator()(const char*, const Activation& value) { text += act_str(value); }
  void operator()(const char*, const std::string&) {}
};

struct Parameters {
  template <class O>
  std::string operator()(const O& o) const {
    Fields fields;
    visit_fields(o, fields);
    return fields.text;
  }
  std::string operator()(const Input& o) const { return fmt::format(" {}x{}x{}", o.c, o.h, o.w); }
  std::string operator()(const Conv2d& o) const {
    return fmt::format(" k={} filter={}", o.k, str(o.filter)) +
           unless<std::string>("1x1", "stride", str(o.stride)) + pad_str(o.pad) +
           unless<std::string>("1x1", "dilation", str(o.dilation)) + unless<int64_t>(1, "groups", o.groups) +
           (o.bias.empty() ? "" : " bias") + (o.add_residual ? " residual" : "") + act_str(o.act);
  }
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
  std::string operator()(const Linear& o) const {
    return fmt::format(" k={}", o.k) + (o.bias.empty() ? "" : " bias") + act_str(o.act);
  }
  std::string operator()(const Activate& o) const { return " " + o.act.str(); }
};

}  // namespace

std::string op_name(const Op& op) {
  return std::visit([](const auto& o) { return std::string(o.kName); }, op);
}

std::string op_str(const Op& op) { return op_name(op) + std::visit(Parameters{}, op); }

}  // namespace fxe
