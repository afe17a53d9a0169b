// SPDX-License-Identifier: Apache-2.0
// Functions that are spelled out are read as one of fxe's if they are exactly that, and otherwise step by
// step or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <list>

#include "engine/error.h"
#include "tests/support/onnx_writer.h"
#include "weights_converter/onnx/file.h"

namespace fxe::test {
namespace {

using namespace onnx_writer;
using testing::ElementsAre;
using testing::HasSubstr;

struct Writer : ModelWriter {
  Writer() : ModelWriter(13, {1, 4, 2, 2}) {}

  const char* number(double value) {
    names.push_back("c" + std::to_string(names.size()));
    floats(names.back().c_str(), {}, static_cast<float>(value));
    return names.back().c_str();
  }
  const char* step(const char* type, Names inputs) {
    names.push_back("v" + std::to_string(names.size()));
    node(type, inputs, {names.back().c_str()});
    return names.back().c_str();
  }
  const char* mean(const char* x) {
    const char* y = step("ReduceMean", {x});
    set_list(*graph().mutable_node(graph().node_size() - 1), "axes", {1});
    return y;
  }
  const char* add(const char* x, double c) { return step("Add", {x, number(c)}); }
  const char* mul(const char* x, double c) { return step("Mul", {x, number(c)}); }

  // What the steps became, with the parameters of activations, or the error.
  std::vector<std::string> read(const char* y) {
    node("GlobalAveragePool", {y}, {"pooled"});
    node("Flatten", {"pooled"}, {"logits"});
    const std::string bytes = finish("logits");
    try {
      const WeightFile file = read_onnx(std::as_bytes(std::span(bytes)), "no-such-folder");
      std::vector<std::string> ops;
      for (size_t i = 1; i + 2 < file.graph->nodes.size(); ++i) {
        const Op& op = file.graph->nodes[i].op;
        const auto* activate = std::get_if<Activate>(&op);
        ops.push_back(activate ? activate->act.str() : op_name(op));
      }
      return ops;
    } catch (const Error& e) {
      return {e.what()};
    }
  }

  std::list<std::string> names;
};

using Ops = std::vector<std::string>;

// Each is within 1e-5 of a straight line, and none.
TEST(OnnxFunction, SmallFunctionsAreNoStraightLines) {
  Writer a;
  EXPECT_EQ(a.read(a.step("Sigmoid", {a.mul("x", 1e-5)})), (Ops{"scale", "sigmoid"}));
  Writer b;
  EXPECT_EQ(b.read(b.mul(b.step("Sigmoid", {"x"}), 1e-6)), (Ops{"sigmoid", "scale"}));
  Writer c;
  EXPECT_EQ(c.read(c.mul(c.step("Clip", {"x", c.number(0), c.number(1)}), 1e-7)),
            (Ops{"clip(0,1)", "scale"}));
  Writer d;
  EXPECT_EQ(d.read(d.mul(d.step("HardSigmoid", {"x"}), 1e-6)), (Ops{"hard_sigmoid(0.2,0.5)", "scale"}));
  Writer e;
  EXPECT_THAT(e.read(e.mul(e.step("Erf", {"x"}), 1e-7)),
              ElementsAre(HasSubstr("computes something fxe does not have")));
}

// However long, and over whatever size of numbers.
TEST(OnnxFunction, StraightLinesAreOne) {
  Writer w;
  const char* half = w.mul("x", 0.5);
  const char* far = w.add(w.mul(w.step("Neg", {"x"}), 1e30), 3e7);
  const char* back = w.add(w.step("Div", {far, w.number(1e30)}), 2);
  const char* y = w.step("Sub", {w.step("Add", {half, back}), half});
  EXPECT_EQ(w.read(y), (Ops{"scale"}));
}

const char* gelu(Writer& w, double root, double half = 0.5) {
  const char* inner = w.add(w.step("Erf", {w.step("Div", {"x", w.number(root)})}), 1);
  return w.mul(w.step("Mul", {"x", inner}), half);
}

const char* gelu_tanh(Writer& w, double cubic, double outer) {
  const char* cube = w.step("Mul", {w.step("Mul", {"x", "x"}), "x"});
  const char* inner = w.mul(w.step("Add", {"x", w.mul(cube, cubic)}), outer);
  return w.step("Mul", {w.mul("x", 0.5), w.add(w.step("Tanh", {inner}), 1)});
}

const char* gelu_sigmoid(Writer& w, double slope) {
  return w.step("Mul", {"x", w.step("Sigmoid", {w.mul("x", slope)})});
}

const char* hard_swish(Writer& w, double shift, double six, double sixth) {
  const char* clip = w.step("Clip", {w.add("x", shift), w.number(0), w.number(six)});
  return w.mul(w.step("Mul", {"x", clip}), sixth);
}

TEST(OnnxFunction, NumbersAreThoseOfTheDefinition) {
  const double root = std::sqrt(2), outer = std::sqrt(2 / std::acos(-1));
  struct Case {
    const char* what;
    std::function<const char*(Writer&)> spell;
    const char* expected;
  };
  const char* const kNot = "computes something fxe does not have";
  const std::vector<Case> cases{
      {"gelu", [&](Writer& w) { return gelu(w, root); }, "gelu"},
      {"gelu, six digits", [&](Writer& w) { return gelu(w, 1.41421); }, "gelu"},
      {"gelu, four digits", [&](Writer& w) { return gelu(w, 1.414); }, kNot},
      {"gelu, another half", [&](Writer& w) { return gelu(w, root, 0.50001); }, kNot},
      {"gelu_tanh", [&](Writer& w) { return gelu_tanh(w, 0.044715, outer); }, "gelu_tanh"},
      {"gelu_tanh, ten digits", [&](Writer& w) { return gelu_tanh(w, 0.044715, 0.7978845608); }, "gelu_tanh"},
      {"gelu_tanh, another cube", [&](Writer& w) { return gelu_tanh(w, 0.0447, outer); }, kNot},
      {"gelu_tanh, another factor", [&](Writer& w) { return gelu_tanh(w, 0.044715, 0.798); }, kNot},
      {"silu", [&](Writer& w) { return gelu_sigmoid(w, 1); }, "silu"},
      {"near silu", [&](Writer& w) { return gelu_sigmoid(w, 1.000002); }, kNot},
      {"quick gelu", [&](Writer& w) { return gelu_sigmoid(w, 1.702); }, kNot},
      {"hard_swish", [&](Writer& w) { return hard_swish(w, 3, 6, 1.0 / 6); }, "hard_swish"},
      {"hard_swish, six digits", [&](Writer& w) { return hard_swish(w, 3, 6, 0.166667); }, "hard_swish"},
      {"hard_swish, four digits", [&](Writer& w) { return hard_swish(w, 3, 6, 0.1667); }, kNot},
      {"hard_swish, another shift", [&](Writer& w) { return hard_swish(w, 3.001, 6, 1.0 / 6); }, kNot},
      {"hard_swish, another end", [&](Writer& w) { return hard_swish(w, 3, 6.001, 1.0 / 6); }, kNot}};
  for (const Case& c : cases) {
    Writer w;
    const auto found = w.read(c.spell(w));
    if (c.expected == kNot)
      EXPECT_THAT(found, ElementsAre(HasSubstr(kNot))) << c.what;
    else
      EXPECT_THAT(found, ElementsAre(c.expected)) << c.what;
  }
}

const char* norm(Writer& w, const char* variance, const char* over, double epsilon) {
  const char* root = w.step("Sqrt", {w.add(variance, epsilon)});
  return w.step("Div", {over, root});
}

TEST(OnnxFunction, LayerNormByBothFormulasOfTheVariance) {
  Writer a;
  const char* centred = a.step("Sub", {"x", a.mean("x")});
  EXPECT_EQ(a.read(norm(a, a.mean(a.step("Mul", {centred, centred})), centred, 1e-6)), (Ops{"layer_norm"}));
  Writer b;
  const char* mean = b.mean("x");
  const char* variance = b.step("Sub", {b.mean(b.step("Mul", {"x", "x"})), b.step("Mul", {mean, mean})});
  EXPECT_EQ(b.read(norm(b, variance, b.step("Sub", {"x", mean}), 1e-6)), (Ops{"layer_norm"}));
  // Not centred; without an epsilon; of another value's variance.
  Writer c;
  const char* off = c.step("Sub", {"x", c.mean("x")});
  EXPECT_THAT(c.read(norm(c, c.mean(c.step("Mul", {off, off})), "x", 1e-6)),
              ElementsAre(HasSubstr("computes something fxe does not have")));
  Writer d;
  const char* at = d.step("Sub", {"x", d.mean("x")});
  EXPECT_THAT(d.read(norm(d, d.mean(d.step("Mul", {at, at})), at, 0)),
              ElementsAre(HasSubstr("computes something fxe does not have")));
  Writer e;
  const char* around = e.step("Sub", {"x", e.mean("x")});
  EXPECT_THAT(e.read(norm(e, e.mean(e.step("Mul", {"x", "x"})), around, 1e-6)),
              ElementsAre(HasSubstr("computes something fxe does not have")));
}

}  // namespace
}  // namespace fxe::test
