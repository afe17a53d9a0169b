// SPDX-License-Identifier: Apache-2.0
#include "layers/graph.h"

namespace fxe {

namespace {

class Use {
 public:
  explicit Use(const std::vector<Shape>& inputs) : in(inputs) {}

  std::vector<WeightUse> operator()(const Conv2d& o) const {
    std::vector<WeightUse> uses{{o.weight, {o.k, in[0][1] / o.groups, o.filter.h, o.filter.w}}};
    if (!o.bias.empty()) uses.push_back({o.bias, {o.k}});
    return uses;
  }

  std::vector<WeightUse> operator()(const BatchNorm& o) const {
    const Shape c{in[0][1]};
    return {{o.scale, c}, {o.shift, c}, {o.mean, c}, {o.variance, c}};
  }

  std::vector<WeightUse> operator()(const Scale& o) const { return per_channel({o.scale, o.shift}); }
  std::vector<WeightUse> operator()(const LayerNorm& o) const { return per_channel({o.scale, o.shift}); }
  std::vector<WeightUse> operator()(const PRelu& o) const { return {{o.slope, {in[0][1]}}}; }

  std::vector<WeightUse> operator()(const Linear& o) const {
    std::vector<WeightUse> uses{{o.weight, {o.k, in[0][1]}}};
    if (!o.bias.empty()) uses.push_back({o.bias, {o.k}});
    return uses;
  }

  template <class O>
  std::vector<WeightUse> operator()(const O&) const {
    static_assert(std::is_trivially_destructible_v<O>, "it has names of weights: say their shapes");
    return {};
  }

 private:
  const std::vector<Shape>& in;

  // One number per channel for each name; empty names are skipped.
  std::vector<WeightUse> per_channel(std::initializer_list<std::string> names) const {
    std::vector<WeightUse> uses;
    for (const std::string& name : names)
      if (!name.empty()) uses.push_back({name, {in[0][1]}});
    return uses;
  }
};

}  // namespace

std::vector<WeightUse> weights_of(const Op& op, const std::vector<Shape>& inputs) {
  return std::visit(Use(inputs), op);
}

}  // namespace fxe
