// SPDX-License-Identifier: Apache-2.0
#include "layers/compare_layers.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "layers/plan.h"
#include "layers/reference/error_correlation.h"
#include "layers/run_layer.h"
#include "layers/run_plan.h"
#include "layers/walk_graph.h"

namespace fxe {

namespace {

constexpr float kLargestHalf = 65504;

double share_of_bound(double y, double r, double bound) {
  if (std::isnan(y) && std::isnan(r)) return 0;
  if (y == r) return 0;
  if (!std::isfinite(y) || !std::isfinite(r) || !(bound > 0)) return std::numeric_limits<double>::infinity();
  return std::fabs(y - r) / bound;
}

template <class Expected, class Bound>
void check_elements(LayerCheck& check, const std::vector<float>& found, const Expected& expected,
                    Bound bound) {
  if (found.size() != expected.size())
    throw run_time_error("layer '{}': expected {} values, found {}", check.name, expected.size(),
                         found.size());
  double worst = -1;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto y = static_cast<double>(found[i]), r = static_cast<double>(expected[i]);
    const double share = share_of_bound(y, r, bound(i));
    if (share <= worst) continue;
    worst = share;
    check.element = i;
    check.found = y;
    check.expected = r;
    check.error = std::fabs(y - r);
  }
  check.percent_of_bound = 100 * worst;
  check.ok = worst <= 1;
}

class Comparison {
 public:
  Comparison(const Model& model, Backend& tested, std::span<const float> input, int64_t n,
             const CompareOptions& options)
      : model_(model),
        tested_(tested),
        input_(input),
        n_(n),
        options_(options),
        shapes_(infer_shapes(model.graph, n)) {
    if (static_cast<size_t>(shapes_[0].elements()) != input.size())
      throw bad_input("expected {} input values for {} images, found {}", shapes_[0].elements(), n,
                      input.size());
  }

  std::vector<LayerCheck> run() {
    walk_graph<Values>(model_.graph, [&](size_t i, const std::vector<const Values*>& inputs) {
      const Node& node = model_.graph.nodes[i];
      return i == 0 ? check_input(node) : check_layer(node, inputs);
    });
    check_network();
    return std::move(checks_);
  }

 private:
  using Values = std::vector<float>;  // the reference's, rounded to fp32

  Values check_layer(const Node& node, const std::vector<const Values*>& values) {
    const std::vector<Shape> shapes = input_shapes(node, shapes_);
    std::vector<Values> inputs;
    std::vector<std::vector<double>> widened;
    for (const Values* x : values) {
      inputs.push_back(as_stored_by_both(*x));
      widened.emplace_back(inputs.back().begin(), inputs.back().end());
    }
    const LayerReference reference = reference_layer(node.op, shapes, widened, model_.weights);
    const LayerRun found = run_layer(tested_, node.name, node.op, shapes, inputs, model_.weights);
    const auto rounding = LayerReference::rounding(tested_.precision());
    LayerCheck check{.name = node.name, .op = op_str(node.op), .implementation = found.implementation};
    if (options_.against) {
      const LayerRun expected =
          run_layer(*options_.against, node.name, node.op, shapes, inputs, model_.weights);
      const auto other = LayerReference::rounding(options_.against->precision());
      check_elements(check, found.output, expected.output,
                     [&](size_t e) { return reference.bound(e, rounding) + reference.bound(e, other); });
    } else {
      check_elements(check, found.output, reference.value,
                     [&](size_t e) { return reference.bound(e, rounding); });
    }
    add(std::move(check));
    Values rounded(reference.value.size());
    for (size_t e = 0; e < rounded.size(); ++e) rounded[e] = static_cast<float>(reference.value[e]);
    return rounded;
  }

  Values check_input(const Node& node) {
    Values values(input_.begin(), input_.end());
    const LayerRun found = run_layer(tested_, node.name, Flatten{}, {shapes_[0]}, {values}, {});
    LayerCheck check{.name = node.name, .op = op_str(node.op), .implementation = found.implementation};
    const auto u = rounding_of(tested_);
    const bool rounds = as_stored(values, tested_.precision()) != values;
    check_elements(check, found.output, values, [&](size_t e) {
      return rounds ? u.result * std::fabs(static_cast<double>(values[e])) + u.underflow : 0;
    });
    add(std::move(check));
    return values;
  }

  // Bounds take a layer's inputs as exact. An overflow has already failed the layer that made it: here it
  // becomes the largest number.
  std::vector<float> as_stored_by_both(std::vector<float> values) const {
    for (const Backend* backend : std::initializer_list<const Backend*>{&tested_, options_.against}) {
      if (!backend) continue;
      if (backend->precision() == Precision::fp16)
        for (float& v : values)
          if (std::isfinite(v)) v = std::clamp(v, -kLargestHalf, kLargestHalf);
      values = as_stored(std::move(values), backend->precision());
    }
    return values;
  }

  void check_network() {
    const std::vector<float> found = run_model(model_, tested_, input_, n_);
    std::vector<float> other;
    if (options_.against) other = run_model(model_, *options_.against, input_, n_);
    NetworkReference own = reference_network(model_, input_, n_, rounding_of(tested_)), theirs;
    if (options_.against) theirs = reference_network(model_, input_, n_, rounding_of(*options_.against));
    LayerCheck check = network_check(found, other, own, theirs);
    if (!check.ok) {  // errors that are correlated: measured only if that decides
      widen_by_correlation(own, model_, input_, n_, rounding_of(tested_));
      if (options_.against) widen_by_correlation(theirs, model_, input_, n_, rounding_of(*options_.against));
      check = network_check(found, other, own, theirs);
    }
    add(std::move(check));
  }

  // `other`, `theirs`: output and bound of the backend compared with; empty without one.
  LayerCheck network_check(const std::vector<float>& found, const std::vector<float>& other,
                           const NetworkReference& own, const NetworkReference& theirs) const {
    LayerCheck check{.name = "network", .op = fmt::format("{} layers", model_.graph.nodes.size())};
    if (options_.against)
      check_elements(check, found, other, [&](size_t e) { return own.bound(e) + theirs.bound(e); });
    else
      check_elements(check, found, own.logits, [&](size_t e) { return own.bound(e); });
    return check;
  }

  static LayerReference::Rounding rounding_of(const Backend& backend) {
    return LayerReference::rounding(backend.precision());
  }

  void add(LayerCheck check) {
    checks_.push_back(std::move(check));
    if (options_.on_layer) options_.on_layer(checks_.back());
  }

  const Model& model_;
  Backend& tested_;
  const std::span<const float> input_;
  const int64_t n_;
  const CompareOptions& options_;
  const std::vector<Shape> shapes_;
  std::vector<LayerCheck> checks_;
};

}  // namespace

std::vector<LayerCheck> compare_layers(const Model& model, Backend& tested, std::span<const float> input,
                                       int64_t n, const CompareOptions& options) {
  return Comparison(model, tested, input, n, options).run();
}

}  // namespace fxe
