// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/layer_reference.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "layers/reference/evaluate.h"

namespace fxe {

namespace {

using reference::Doubles;

Doubles absolute(const Doubles& v) {
  return reference::mapped(v, [](double x) { return std::fabs(x); });
}

// A layer and its data. Magnitudes are the same sums over absolute values, so they reuse the operations.
struct Layer {
  const std::vector<Shape>& shapes;
  std::vector<Doubles> inputs;
  std::vector<Doubles> weights;
  Shape output;

  template <class O>
  Doubles compute(const O& op) const {
    std::vector<const Doubles*> pointers;
    for (const Doubles& x : inputs) pointers.push_back(&x);
    return reference::evaluate(op, shapes, pointers, weights, output);
  }

  Layer of_magnitudes() const {
    Layer layer = *this;
    for (Doubles& x : layer.inputs) x = absolute(x);
    for (Doubles& w : layer.weights) w = absolute(w);
    return layer;
  }
};

// Fills in everything but `value`.
struct Bound {
  const Layer& layer;
  LayerReference& out;

  void function(const Activation& act, const Doubles& arguments) {
    if (reference::rounds(act))
      out.function =
          reference::mapped(arguments, [&](double x) { return reference::evaluation_error(act, x); });
  }

  // An activation stretches the error of its argument, which may have been stored in between.
  void fused(const Activation& act, const Doubles& arguments) {
    function(act, arguments);
    const double factor = reference::steepest(act);
    if (reference::rounds(act))
      out.stored = reference::mapped(arguments, [&](double x) { return factor * std::fabs(x); });
  }

  template <class O>
  void dot_product(O op, int64_t terms) {
    const Activation act = std::exchange(op.act, {});
    const double factor = reference::steepest(act);
    out.terms = terms;
    out.magnitude = layer.of_magnitudes().compute(op);
    for (double& s : out.magnitude) s *= factor;
    if (reference::rounds(act)) fused(act, layer.compute(op));
  }

  void operator()(const Conv2d& o) {
    dot_product(o,
                layer.shapes[0][1] / o.groups * o.filter.h * o.filter.w + !o.bias.empty() + o.add_residual);
  }
  void operator()(const Linear& o) { dot_product(o, layer.shapes[0][1] + !o.bias.empty()); }

  // Computed as a x + b: a has four roundings, b six.
  void operator()(const BatchNorm& o) {
    Layer magnitudes = layer.of_magnitudes();
    for (double& mean : magnitudes.weights[2]) mean = -mean;
    out.magnitude = magnitudes.compute(o);
    out.terms = 6;
  }

  // A product, and a sum that is the result.
  void operator()(const Scale& o) { dot_product(o, !o.scale.empty() && !o.shift.empty()); }

  // d = x - m errs by (c + 1) u times the mean of |x|, and by u of itself; v by (c + 4) u of itself, because
  // the error of m cancels in the sum of d; then come 10 roundings of the product. An error e of the operands
  // passes through d, and through v as 2 times the mean of |d e|.
  void operator()(const LayerNorm& o) {
    const Shape& x = layer.shapes[0];
    const auto channels = static_cast<size_t>(x[1]),
               size = static_cast<size_t>(x.elements()) / channels / static_cast<size_t>(x[0]);
    out.terms = x[1] + 12;
    out.magnitude.resize(out.value.size());
    for (size_t pixel = 0; pixel < out.value.size() / channels; ++pixel) {
      const size_t first = pixel / size * channels * size + pixel % size;
      const auto value = [&](size_t c) { return layer.inputs[0][first + c * size]; };
      double mean = 0, of_sizes = 0, variance = o.epsilon, of_products = 0;
      for (size_t c = 0; c < channels; ++c) {
        mean += value(c) / static_cast<double>(channels);
        of_sizes += std::fabs(value(c)) / static_cast<double>(channels);
      }
      for (size_t c = 0; c < channels; ++c) {
        const double d = value(c) - mean;
        variance += d * d / static_cast<double>(channels);
        of_products += std::fabs(d * value(c)) / static_cast<double>(channels);
      }
      for (size_t c = 0; c < channels; ++c) {
        const double scale = o.scale.empty() ? 1 : std::fabs(layer.weights[0][c]);
        out.magnitude[first + c * size] =
            scale / std::sqrt(variance) *
            (std::fabs(value(c)) + of_sizes + std::fabs(value(c) - mean) * (1 + of_products / variance));
      }
    }
  }

  void average(auto op, int64_t terms) {
    out.magnitude = layer.of_magnitudes().compute(op);
    out.terms = terms;
  }
  void operator()(const Pool2d& o) {
    if (o.kind == Pool2d::Kind::max)
      out.exact = true;
    else
      average(o, o.filter.h * o.filter.w);
  }
  void operator()(const GlobalAveragePool& o) { average(o, layer.shapes[0][2] * layer.shapes[0][3]); }

  // One rounding, of the result.
  void one_rounding() { out.magnitude = absolute(out.value); }
  void operator()(const PRelu&) { one_rounding(); }
  void operator()(const ChannelGate&) { one_rounding(); }
  void operator()(const Add& o) {
    one_rounding();
    if (reference::rounds(o.act)) fused(o.act, layer.compute(Add{}));
  }
  void operator()(const Activate& o) {
    one_rounding();
    function(o.act, layer.inputs[0]);
    out.exact = !reference::rounds(o.act);
  }

  // p (|x - max| + sum_j p_j |x_j - max| + c + 8): the subtractions, the sum of c terms, exponentials of
  // 2 ulp.
  void operator()(const Softmax&) {
    const auto channels = static_cast<size_t>(layer.shapes[0][1]);
    out.terms = 1;
    out.magnitude = out.value;
    for (size_t row = 0; row < out.value.size(); row += channels) {
      const auto x = layer.inputs[0].begin() + static_cast<std::ptrdiff_t>(row);
      const double largest = *std::max_element(x, x + static_cast<std::ptrdiff_t>(channels));
      double spread = static_cast<double>(channels) + 8;
      for (size_t c = 0; c < channels; ++c)
        spread += out.value[row + c] * (largest - layer.inputs[0][row + c]);
      for (size_t c = 0; c < channels; ++c)
        out.magnitude[row + c] *= spread + (largest - layer.inputs[0][row + c]);
    }
  }

  // y = x d^-beta: the sum d passes size + 3 roundings, and its terms are all positive; the power is computed
  // as exp(-beta log d) with functions of 2 ulp.
  void operator()(const Lrn& o) {
    const double beta = std::fabs(static_cast<double>(o.beta));
    Lrn power = o;  // |x| d^-0 = |x|, which with |y| gives |beta log d|
    power.beta = 0;
    const Doubles x = layer.of_magnitudes().compute(power);
    out.magnitude = absolute(out.value);
    for (size_t i = 0; i < x.size(); ++i) {
      const double log_power = x[i] > 0 ? std::fabs(std::log(x[i] / out.magnitude[i])) : 0;
      out.magnitude[i] *= beta * static_cast<double>(o.size + 3) + 3 * log_power + 6;
    }
    out.terms = 1;
  }

  template <MovesData O>
  void operator()(const O&) {
    out.exact = true;
  }
};

}  // namespace

LayerReference::Rounding LayerReference::rounding(Precision precision) {
  const double u32 = std::ldexp(1.0, -24), u16 = std::ldexp(1.0, -11), ub16 = std::ldexp(1.0, -8);
  const double flushed = std::ldexp(1.0, -126);  // below the least normal number, devices may return 0
  switch (precision) {
    case Precision::fp32:
      return {0, u32, u32, flushed, false};
    case Precision::tf32:
      return {2 * u16, u32, u32, flushed, true};
    case Precision::fp16:
      return {u16, u32, u16, std::ldexp(1.0, -25), false};  // half the least subnormal
    case Precision::bf16:
      return {ub16, u32, ub16, flushed, false};
  }
  return {};
}

double LayerReference::bound(size_t i, const Rounding& u) const {
  if (exact) return 0;
  return (static_cast<double>(terms) * u.operation + 2 * u.operand) * magnitude[i] +
         u.result * (std::fabs(value[i]) + (stored.empty() ? 0 : stored[i])) +
         (function.empty() ? 0 : function[i]) + u.underflow;
}

LayerReference reference_layer(const Op& op, const std::vector<Shape>& shapes,
                               const std::vector<std::vector<double>>& inputs, const TensorMap& weights) {
  const bool is_input = std::holds_alternative<Input>(op);
  Layer layer{shapes, inputs, {}, is_input ? shapes[0] : output_shape(op, shapes)};
  if (!is_input) layer.weights = reference::load_doubles(op, shapes, weights);
  LayerReference out;
  out.shape = layer.output;
  out.value = std::visit([&](const auto& o) { return layer.compute(o); }, op);
  std::visit(Bound{layer, out}, op);
  if (out.magnitude.empty()) out.magnitude = absolute(out.value);
  return out;
}

}  // namespace fxe
