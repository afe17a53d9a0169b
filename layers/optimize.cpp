// SPDX-License-Identifier: Apache-2.0
#include "layers/optimize.h"

#include <algorithm>
#include <set>
#include <utility>

#include "layers/channel_affine.h"

namespace fxe {

namespace {

constexpr int64_t kMaxCopies = 4;  // of all weights, by folding

// Rewrites nodes in place; a node absorbed by another is left without readers and dropped at the end.
class Optimizer {
 public:
  explicit Optimizer(const Model& model)
      : nodes_(model.graph.nodes),
        output_(model.graph.output),
        weights_(model.weights),
        shapes_(infer_shapes(model.graph, 1)),
        live_(needed()),
        reads_(nodes_.size()) {
    for (size_t i = 0; i < nodes_.size(); ++i)
      if (live_[i])
        for (const ValueId id : nodes_[i].inputs) ++reads(id);
    ++reads(output_);
    for (const auto& [name, tensor] : weights_) may_fold_ += kMaxCopies * tensor.shape.elements();
  }

  Model run() {
    for_each<Activate>([&](ValueId id, const Activate& o) { drop_if(!o.act, id); });
    for_each<ChannelShuffle>([&](ValueId id, const ChannelShuffle& o) { drop_if(o.groups == 1, id); });
    for_each<ChannelSlice>([&](ValueId id, const ChannelSlice&) { drop_if(keeps_shape(id), id); });
    for_each<ZeroPad>([&](ValueId id, const ZeroPad& o) { drop_if(!o.pad.any(), id); });
    for (ValueId id = 0; id < static_cast<ValueId>(nodes_.size()); ++id)
      if (live_[static_cast<size_t>(id)]) fold(id);
    for_each<Conv2d>([&](ValueId id, const Conv2d&) { take_padding(id); });
    for_each<Activate>([&](ValueId id, const Activate& activate) { fuse_activation(id, activate.act); });
    for_each<Add>([&](ValueId id, const Add& add) { fuse_residual(id, add.act); });
    for_each<Linear>([&](ValueId id, const Linear&) { skip_flatten(id); });
    return remaining();
  }

 private:
  Node& node(ValueId id) { return nodes_[static_cast<size_t>(id)]; }
  int& reads(ValueId id) { return reads_[static_cast<size_t>(id)]; }

  template <class O, class F>
  void for_each(F rewrite) {
    for (ValueId id = 0; id < static_cast<ValueId>(nodes_.size()); ++id)
      if (const O* op = std::get_if<O>(&node(id).op); op && live_[static_cast<size_t>(id)])
        rewrite(id, O(*op));
  }

  // Makes the readers of `id` read `by` instead.
  void replace(ValueId id, ValueId by) {
    for (Node& n : nodes_) std::replace(n.inputs.begin(), n.inputs.end(), id, by);
    if (output_ == id) output_ = by;
    --reads(by);  // `id` read it, and nothing reads `id` any more
    reads(by) += std::exchange(reads(id), 0);
    live_[static_cast<size_t>(id)] = false;
  }

  const Shape& shape(ValueId id) const { return shapes_[static_cast<size_t>(id)]; }
  bool keeps_shape(ValueId id) { return shape(id) == shape(node(id).inputs[0]); }
  void drop_if(bool changes_nothing, ValueId id) {
    if (changes_nothing) replace(id, node(id).inputs[0]);
  }

  std::string add_weight(const std::string& layer, std::string name, const Tensor& tensor) {
    name += "~bn";
    while (weights_.contains(name))
      name += "(" + layer + ")";  // for a weight that two layers share, each with its own norm
    weights_[name] = tensor;
    return name;
  }

  // Folds the affine function into node `by`, whose weight and bias these are. False if that would overflow,
  // or copy a shared weight too often.
  bool fold_into(ValueId by, const ChannelAffine& affine, std::string& weight, std::string& bias) {
    const int64_t elements = weight.empty() ? 0 : weights_.at(weight).shape.elements();
    if (elements > may_fold_) return false;
    const auto folded = fxe::fold(affine, weights_, weight, bias);
    if (!folded) return false;
    may_fold_ -= elements;
    const std::string layer = node(by).name;
    bias = add_weight(layer, bias.empty() ? layer + ".bias" : bias, folded->bias);
    weight = add_weight(layer, weight.empty() ? layer + ".weight" : weight, folded->weight);
    return true;
  }

  bool fold_into_producer(ValueId producer, const ChannelAffine& affine) {
    if (reads(producer) != 1) return false;
    Op& op = node(producer).op;
    if (auto* conv = std::get_if<Conv2d>(&op))
      return !conv->act && !conv->add_residual && fold_into(producer, affine, conv->weight, conv->bias);
    if (auto* linear = std::get_if<Linear>(&op))
      return !linear->act && fold_into(producer, affine, linear->weight, linear->bias);
    if (auto* norm = std::get_if<LayerNorm>(&op))
      return fold_into(producer, affine, norm->scale, norm->shift);
    if (auto* scale = std::get_if<Scale>(&op))
      return !scale->act && fold_into(producer, affine, scale->scale, scale->shift);
    return false;
  }

  void fold(ValueId id) {
    if (const auto* scale = std::get_if<Scale>(&node(id).op)) {
      const Activation act = scale->act;
      if (!fold_into_producer(node(id).inputs[0], channel_affine(*scale, weights_))) return;
      if (act)
        node(id).op = Activate{act};
      else
        replace(id, node(id).inputs[0]);
    } else if (const auto* norm = std::get_if<BatchNorm>(&node(id).op)) {
      const ChannelAffine affine = channel_affine(*norm, weights_);
      if (fold_into_producer(node(id).inputs[0], affine)) return replace(id, node(id).inputs[0]);
      const auto folded = fxe::fold(affine, weights_, "", "");
      if (!folded) return;
      const std::string layer = node(id).name, factor = norm->scale, offset = norm->shift;
      node(id).op = Scale{.scale = add_weight(layer, factor, folded->weight),
                          .shift = add_weight(layer, offset, folded->bias)};
    }
  }

  void take_padding(ValueId id) {
    const ValueId padded = node(id).inputs[0];
    const auto* op = std::get_if<ZeroPad>(&node(padded).op);
    if (!op) return;
    Padding2& pad = std::get<Conv2d>(node(id).op).pad;
    pad = {pad.top + op->pad.top, pad.left + op->pad.left, pad.bottom + op->pad.bottom,
           pad.right + op->pad.right};
    node(id).inputs[0] = node(padded).inputs[0];
    ++reads(node(padded).inputs[0]);
    if (--reads(padded) == 0) --reads(node(padded).inputs[0]), live_[static_cast<size_t>(padded)] = false;
  }

  void fuse_activation(ValueId id, const Activation& act) {
    const ValueId producer = node(id).inputs[0];
    if (reads(producer) != 1) return;
    Activation* fused = nullptr;
    if (auto* conv = std::get_if<Conv2d>(&node(producer).op)) fused = &conv->act;
    if (auto* linear = std::get_if<Linear>(&node(producer).op)) fused = &linear->act;
    if (auto* scale = std::get_if<Scale>(&node(producer).op)) fused = &scale->act;
    if (auto* add = std::get_if<Add>(&node(producer).op)) fused = &add->act;
    if (!fused || *fused) return;
    *fused = act;
    replace(id, producer);
  }

  // The convolution moves to the place of the Add, where its residual is known. Of two convolutions the later
  // one takes the residual: by then the earlier one's result exists.
  void fuse_residual(ValueId id, const Activation& act) {
    std::vector<ValueId> sides = node(id).inputs;
    if (sides[0] < sides[1]) std::swap(sides[0], sides[1]);
    for (size_t i = 0; i < 2; ++i) {
      auto* conv = std::get_if<Conv2d>(&node(sides[i]).op);
      if (!conv || reads(sides[i]) != 1 || conv->act || conv->add_residual) continue;
      Node fused = node(sides[i]);
      auto& op = std::get<Conv2d>(fused.op);
      op.add_residual = true;
      op.act = act;
      fused.inputs.push_back(sides[1 - i]);
      reads(sides[i]) = 0;
      live_[static_cast<size_t>(sides[i])] = false;
      node(id) = std::move(fused);
      return;
    }
  }

  void skip_flatten(ValueId id) {
    const ValueId flatten = node(id).inputs[0];
    if (!std::holds_alternative<Flatten>(node(flatten).op)) return;
    const ValueId x = node(flatten).inputs[0];
    const Shape& shape = shapes_[static_cast<size_t>(x)];
    if (shape.rank() != 4 || shape[2] != 1 || shape[3] != 1) return;
    node(id).inputs[0] = x;
    ++reads(x);
    --reads(flatten);
  }

  // What the output reads, directly or not, and the input.
  std::vector<bool> needed() const {
    std::vector<bool> found(nodes_.size());
    found[0] = true;
    found[static_cast<size_t>(output_)] = true;
    for (size_t i = nodes_.size(); i-- > 0;)
      if (found[i])
        for (const ValueId id : nodes_[i].inputs) found[static_cast<size_t>(id)] = true;
    return found;
  }

  Model remaining() {
    const std::vector<bool> kept = needed();
    Model model;
    std::vector<ValueId> renumbered(nodes_.size(), -1);
    std::vector<Shape> shapes;
    std::set<std::string> used;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (!kept[i]) continue;
      Node n = std::move(nodes_[i]);
      for (ValueId& id : n.inputs) id = renumbered[static_cast<size_t>(id)];
      const std::vector<Shape> inputs = input_shapes(n, shapes);
      for (const WeightUse& use : weights_of(n.op, inputs)) used.insert(use.name);
      shapes.push_back(i == 0 ? shapes_[0] : output_shape(n.op, inputs));
      renumbered[i] = static_cast<ValueId>(model.graph.nodes.size());
      model.graph.nodes.push_back(std::move(n));
    }
    model.graph.output = renumbered[static_cast<size_t>(output_)];
    std::erase_if(weights_, [&](const auto& entry) { return !used.contains(entry.first); });
    model.weights = std::move(weights_);
    return model;
  }

  std::vector<Node> nodes_;
  ValueId output_;
  TensorMap weights_;
  std::vector<Shape> shapes_;  // at batch 1
  std::vector<bool> live_;     // per node: it has readers and is not absorbed
  int64_t may_fold_ = 0;       // elements; bounds the copies of a weight that many layers share
  std::vector<int> reads_;     // per value, by live nodes; the network's output counts as one more
};

}  // namespace

Model optimize(const Model& model) { return Optimizer(model).run(); }

}  // namespace fxe
