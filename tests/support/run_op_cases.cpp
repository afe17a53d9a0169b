// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>

#include "layers/reference/layer_reference.h"
#include "tests/support/generate.h"
#include "tests/support/op_cases.h"

namespace fxe::test {

namespace {

int64_t sum_length(const OpCase& c) {
  const std::vector<WeightUse> uses = weights_of(c.op, c.shapes);
  return uses.empty() ? 1 : uses[0].shape.elements() / uses[0].shape[0];
}

std::vector<float> make_weight(Random& random, const OpCase& c, const WeightUse& use, Fill fill) {
  const auto count = static_cast<size_t>(use.shape.elements());
  if (use.name == "variance") {
    std::vector<float> values(count);
    for (float& v : values) v = static_cast<float>(0.5 + random.uniform());
    return values;
  }
  if (use.name == "scale") return normals(random, count, 0.2, 1);
  if (fill == Fill::integer) return integers(random, count, use.shape.rank() == 1 ? 1 : sum_length(c));
  return normals(random, count, 1 / std::sqrt(static_cast<double>(sum_length(c))));
}

bool exact_on_integers(const Activation& act) {
  using Kind = Activation::Kind;
  if (act.kind == Kind::leaky_relu || act.kind == Kind::hard_sigmoid) return act.slope == 0.25f;
  return act.kind == Kind::none || act.kind == Kind::relu || act.kind == Kind::clip;
}

// Whether integer inputs give results that no order of summation and no fused function can round.
bool exact_on_integers(const OpCase& c) {
  if (std::holds_alternative<Softmax>(c.op) || std::holds_alternative<Lrn>(c.op) ||
      std::holds_alternative<BatchNorm>(c.op) || std::holds_alternative<LayerNorm>(c.op) ||
      std::holds_alternative<GlobalAveragePool>(c.op))
    return false;
  if (const auto* pool = std::get_if<Pool2d>(&c.op)) return pool->kind == Pool2d::Kind::max;
  return std::visit(
      [](const auto& op) {
        if constexpr (requires { op.act; }) return exact_on_integers(op.act);
        return true;
      },
      c.op);
}

LayerReference reference_of(const OpCase& c, const OpData& data) {
  std::vector<std::vector<double>> inputs;
  for (const auto& x : data.inputs) inputs.emplace_back(x.begin(), x.end());
  return reference_layer(c.op, c.shapes, inputs, data.weights);
}

}  // namespace

OpData make_data(const OpCase& c, Fill fill, uint64_t seed) {
  Random random(seed, c.str());
  OpData data;
  for (const Shape& shape : c.shapes) {
    const auto count = static_cast<size_t>(shape.elements());
    data.inputs.push_back(fill == Fill::integer ? integers(random, count, sum_length(c))
                                                : normals(random, count, c.input_scale));
  }
  for (const WeightUse& use : weights_of(c.op, c.shapes))
    data.weights[use.name] = Tensor::from_floats(use.shape, make_weight(random, c, use, fill));
  return data;
}

OpCaseResult run_op_case(Backend& backend, const OpCase& c, Fill fill, const RunLayerOptions& options) {
  OpData data = make_data(c, fill);
  // Bounds take inputs as exact, so they are compared as stored, and as an identity convolution leaves them.
  for (auto& x : data.inputs) {
    x = as_stored(std::move(x), backend.precision());
    if (options.after_convolution && backend.precision() == Precision::tf32)
      for (float& v : x) v = std::bit_cast<float>(std::bit_cast<uint32_t>(v) & ~0x1fffu);
  }
  const LayerReference reference = reference_of(c, data);
  const LayerRun run = run_layer(backend, "case", c.op, c.shapes, data.inputs, data.weights, options);
  OpCaseResult result{{}, run.implementation};
  if (fill == Fill::integer && exact_on_integers(c)) {
    // Makes the comparison for equality fair: no partial sum can reach 2^11, let alone 2^24.
    const double largest = *std::max_element(reference.magnitude.begin(), reference.magnitude.end());
    EXPECT_LE(largest, 2048) << c.str();
    result.comparison = compare_exact(run.output, reference.value);
  } else {
    const auto rounding = LayerReference::rounding(backend.precision());
    result.comparison =
        compare(run.output, reference.value, [&](size_t i) { return reference.bound(i, rounding); });
  }
  return result;
}

void run_op_cases(Backend& backend, const std::vector<OpCase>& cases) {
  const char* only = std::getenv("FXE_OP_CASE");
  struct Option {
    const char* name;
    RunLayerOptions options;
  };
  const std::vector<Option> options{
      {"plain inputs", {}}, {"after a convolution", {true, false}}, {"inputs that die", {true, true}}};
  std::map<std::string, double> used;
  size_t ran = 0;
  for (const OpCase& c : cases) {
    if (only && c.str() != only) continue;
    for (const Fill fill : {Fill::normal, Fill::integer})
      for (const Option& option : options) {
        const OpCaseResult result = run_op_case(backend, c, fill, option.options);
        EXPECT_TRUE(result.comparison)
            << backend.name() << ", " << result.implementation << ", "
            << (fill == Fill::normal ? "normal" : "integer") << " fill, " << option.name << ":\n  "
            << result.comparison.message << "\n  FXE_OP_CASE='" << c.str() << "'";
        double& worst = used[op_name(c.op)];
        worst = std::max(worst, result.comparison.percent_of_bound);
        ++ran;
      }
  }
  EXPECT_GT(ran, 0u) << "no case is called " << (only ? only : "anything");
  for (const auto& [name, percent] : used)
    fmt::print("{:<10} {:<20} at most {:.3g}% of the bound used\n", backend.name(), name, percent);
}

namespace {

std::vector<OpCase> nan_cases() {
  const Shape x{1, 8, 6, 6};
  const Conv2d same3{.k = 8, .filter = {3, 3}, .pad = {1, 1, 1, 1}, .weight = "w"};
  const auto fused = [&](Activation act) {
    Conv2d op = same3;
    op.act = act;
    return op;
  };
  return {
      {Activate{Activation::relu()}, {x}},
      {Activate{Activation::relu6()}, {x}},
      {Activate{Activation::leaky_relu(0.25f)}, {x}},
      {Add{Activation::relu()}, {x, x}},
      {Activate{Activation::sigmoid()}, {x}},
      {Activate{Activation::hard_sigmoid()}, {x}},
      {Activate{Activation::hard_swish()}, {x}},
      {Activate{Activation::silu()}, {x}},
      {Activate{Activation::gelu()}, {x}},
      {Activate{Activation::gelu_tanh()}, {x}},
      {PRelu{"slope"}, {x}},
      {ChannelGate{}, {x, {1, 8, 1, 1}}},
      {BatchNorm{"scale", "shift", "mean", "variance"}, {x}},
      {Scale{.scale = "factor", .shift = "offset", .act = Activation::relu()}, {x}},
      {LayerNorm{"scale", "shift"}, {x}},
      {Pool2d{.filter = {3, 3}, .stride = {1, 1}, .pad = {1, 1, 1, 1}}, {x}},
      {Pool2d{.kind = Pool2d::Kind::average, .filter = {2, 2}, .stride = {2, 2}}, {x}},
      {GlobalAveragePool{}, {x}},
      {same3, {x}},
      {fused(Activation::relu()), {x}},
      {fused(Activation::relu6()), {x}},
      {fused(Activation::leaky_relu(0.25f)), {x}},
      {fused(Activation::sigmoid()), {x}},
      {fused(Activation::hard_sigmoid()), {x}},
      {fused(Activation::hard_swish()), {x}},
      {fused(Activation::silu()), {x}},
      {fused(Activation::gelu()), {x}},
      {fused(Activation::gelu_tanh()), {x}},
      {Linear{.k = 10, .weight = "w", .act = Activation::relu()}, {{3, 16}}},
      {Linear{.k = 10, .weight = "w", .act = Activation::relu6()}, {{3, 16}}},
      {Softmax{}, {{3, 16}}},
      {Lrn{.size = 3}, {x}},
      {Concat{}, {x, x}},
      {ChannelShuffle{4}, {x}},
      {ChannelSlice{.first = 3, .count = 2}, {x}},
      {ZeroPad{{1, 2, 1, 0}}, {x}},
      {ShortcutPad{.stride = {1, 1}, .before = 2, .after = 2}, {x}},
  };
}

// The value that a fused activation may give instead of NaN, on backends that say so.
std::optional<float> stand_in(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  using Kind = Activation::Kind;
  if (conv && (conv->act.kind == Kind::relu || conv->act.kind == Kind::hard_sigmoid)) return 0.0f;
  if (conv && conv->act.kind == Kind::clip) return conv->act.low;
  return {};
}

}  // namespace

void run_nan_cases(Backend& backend, FusedNan fused) {
  for (const OpCase& c : nan_cases()) {
    OpData data = make_data(c, Fill::normal);
    data.inputs[0][data.inputs[0].size() / 2 + 3] = std::numeric_limits<float>::quiet_NaN();
    const LayerReference reference = reference_of(c, data);
    const LayerRun run = run_layer(backend, "case", c.op, c.shapes, data.inputs, data.weights);
    const auto lost_as = fused == FusedNan::may_be_lost ? stand_in(c.op) : std::nullopt;
    size_t expected = 0, found = 0, misplaced = 0;
    for (size_t i = 0; i < run.output.size(); ++i) {
      const bool r = std::isnan(reference.value[i]), y = std::isnan(run.output[i]);
      expected += r, found += y;
      misplaced += r != y && !(r && lost_as && run.output[i] == *lost_as);
    }
    EXPECT_GT(expected, 0u) << c.str();
    EXPECT_EQ(misplaced, 0u) << backend.name() << ", " << run.implementation << ": " << found
                             << " NaN came out, expected " << expected << "\n  " << c.str();
  }
}

}  // namespace fxe::test
