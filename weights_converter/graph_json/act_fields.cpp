// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/graph_json/act_fields.h"

#include <algorithm>
#include <array>

namespace fxe {

namespace {

using ActKind = Activation::Kind;

// In the order of the kinds.
constexpr std::array<std::string_view, 10> kNames{"none",    "relu",         "leaky_relu", "clip",
                                                  "sigmoid", "hard_sigmoid", "hard_swish", "silu",
                                                  "gelu",    "gelu_tanh"};
static_assert(kNames.size() == static_cast<size_t>(ActKind::gelu_tanh) + 1);

}  // namespace

std::string_view act_name(ActKind kind) { return kNames.at(static_cast<size_t>(kind)); }

std::optional<ActKind> act_kind(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ActKind>(found - kNames.begin());
}

std::vector<float Activation::*> act_numbers(ActKind kind) {
  if (kind == ActKind::leaky_relu) return {&Activation::slope};
  if (kind == ActKind::hard_sigmoid) return {&Activation::slope, &Activation::offset};
  if (kind == ActKind::clip) return {&Activation::low, &Activation::high};
  return {};
}

}  // namespace fxe
