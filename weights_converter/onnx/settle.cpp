// SPDX-License-Identifier: Apache-2.0
// Puts into the graph what flows have pending.
#include "weights_converter/onnx/import.h"

namespace fxe {

void OnnxImport::settle(OnnxFlow& x) {
  if (!x.function) return;
  x.id = make(*x.function, x.id);
  x.function = nullptr;
}

OnnxFlow* OnnxImport::find_flow(const OnnxNode& node, size_t i) {
  const auto found = values_.find(node.input(i));
  return found == values_.end() ? nullptr : std::get_if<OnnxFlow>(&found->second);
}

void OnnxImport::settle(const OnnxNode& node, size_t i) {
  if (OnnxFlow* x = find_flow(node, i)) settle(*x);
}

void OnnxImport::settle_padding(const OnnxNode& node, size_t i) {
  OnnxFlow* x = find_flow(node, i);
  if (!x || !x->pad.any()) return;
  const bool is_not_negative = not_negative.contains(x->id);
  x->id = add(*x->pad_node, ZeroPad{x->pad}, {x->id});
  if (is_not_negative) not_negative.insert(x->id);
  x->pad = {};
}

void OnnxImport::forget(const std::string& name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return;
  if (auto* x = std::get_if<OnnxFlow>(&found->second))
    x->function = nullptr;
  else if (std::holds_alternative<Tensor>(found->second))
    found->second = Tensor{};
}

ValueId OnnxImport::make(const OnnxFunction& f, ValueId base) {
  if (f.made < 0) f.made = make_step(f, base);
  return f.made;
}

ValueId OnnxImport::make_step(const OnnxFunction& f, ValueId base) {
  const auto activated = [&](ValueId x, const Activation& act) {
    const ValueId y = add(f.node, Activate{act}, {x});
    using Kind = Activation::Kind;
    if (act.kind == Kind::relu || act.kind == Kind::sigmoid || act.kind == Kind::hard_sigmoid ||
        (act.kind == Kind::clip && act.low >= 0))
      not_negative.insert(y);
    return y;
  };
  const bool one_step = f.inputs.size() == 1 && f.inputs[0]->made >= 0;
  if (one_step && f.act) return activated(f.inputs[0]->made, *f.act);
  if (one_step && f.affine) return make_affine(f.node, f.inputs[0]->made, f.affine->first, f.affine->second);
  if (const auto affine = as_affine(f.value)) return make_affine(f.node, base, affine->first, affine->second);
  if (const auto act = as_activation(algebra, f.value)) return activated(base, *act);
  if (const auto norm = as_layer_norm(algebra, f.value)) return add(f.node, *norm, {base});
  if (f.act) return activated(make(*f.inputs[0], base), *f.act);
  if (f.affine) return make_affine(f.node, make(*f.inputs[0], base), f.affine->first, f.affine->second);
  if (f.sum) return add(f.node, Add{}, {make(*f.inputs[0], base), make(*f.inputs[1], base)});
  problems.push_back(
      fmt::format("{}: computes something fxe does not have; it reads this only as a step of sigmoid, SiLU, "
                  "hard swish, GELU or layer normalisation",
                  f.node.title()));
  return base;
}

ValueId OnnxImport::make_affine(const OnnxNode& node, ValueId x, double a, double b) {
  const auto channels = graph.shape(x)[1];
  Scale op;
  const auto keep = [&](const char* what, double value) {
    charge_copy(static_cast<uint64_t>(channels) * sizeof(float));
    return weight(fmt::format("{}.{}", node.name(), what),
                  Tensor::from_floats({channels}, std::vector<float>(static_cast<size_t>(channels),
                                                                     static_cast<float>(value))));
  };
  if (a != 1) op.scale = keep("scale", a);
  if (b != 0) op.shift = keep("shift", b);
  return op.scale.empty() && op.shift.empty() ? x : add(node, std::move(op), {x});
}

}  // namespace fxe
