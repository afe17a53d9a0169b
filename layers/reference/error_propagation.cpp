// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/error_propagation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "layers/reference/error_bound.h"

namespace fxe::reference {

namespace {

double square(double x) { return x * x; }

struct Propagation {
  const std::vector<const Uncertain*>& in;
  const std::vector<Shape>& shapes;
  const std::vector<Doubles>& weights;
  const LayerReference::Rounding& u;
  Uncertain out;

  // A rounding error relative to its result is uniform in +-u: variance u^2 / 3.
  double operation() const { return square(u.operation) / 3; }
  double operand() const { return square(u.operand) / 3; }
  double result() const { return square(u.result) / 3; }
  bool stores_less() const { return u.result > u.operation; }
  double stored(double y) const {
    return result() * square(y) + (stores_less() ? square(u.underflow) / 3 : 0);
  }

  template <class O>
  Doubles values(const O& op) const {
    std::vector<const Doubles*> inputs;
    for (const Uncertain* x : in) inputs.push_back(&x->value);
    return evaluate(op, shapes, inputs, weights, out.shape);
  }

  // Every output element is one of the inputs, or 0.
  template <class O>
  void pick(const O& op) {
    std::vector<const Doubles*> variances;
    for (const Uncertain* x : in) variances.push_back(&x->variance);
    out.value = values(op);
    out.variance = evaluate(op, shapes, variances, weights, out.shape);
  }

  // f(y + e) - f(y) is at most the steepest slope of f within 8 sigma, times e.
  void activate(const Activation& act) {
    if (!act) return;
    for (size_t i = 0; i < out.value.size(); ++i) {
      double& y = out.value[i];
      double& variance = out.variance[i];
      variance *= square(steepest(act, y, NetworkReference::kSigmas * std::sqrt(variance)));
      const double evaluation = evaluation_error(act, y);
      y = apply(act, y);
      if (rounds(act)) variance += square(evaluation) / 3 + stored(y);
    }
  }

  // y = sum of K products w x, with bias and residual as further terms t. With Q the sum of t^2, the squares
  // of partial sums in a random order average (K + 1) (Q / 6 + y^2 / 3); each partial sum, each product, and
  // each folded weight is rounded once.
  template <class O>
  void dot_product(O op, int64_t length, bool has_bias) {
    const Activation act = std::exchange(op.act, {});
    out.value = values(op);
    const double k = static_cast<double>(length + has_bias + (in.size() == 2));
    const double of_squares = operation() * ((k + 1) / 6 + 2) + 2 * operand();
    const double of_sum = operation() * ((k + 1) / 3 + 4);

    std::vector<Doubles> squares;
    for (const Doubles& w : weights) squares.push_back(mapped(w, square));
    if (has_bias) squares[1] = mapped(squares[1], [&](double b) { return of_squares * b; });
    std::vector<Doubles> carried;
    for (const Uncertain* x : in) {
      carried.push_back(x->variance);
      for (size_t i = 0; i < x->value.size(); ++i) carried.back()[i] += of_squares * square(x->value[i]);
    }
    std::vector<const Doubles*> pointers;
    for (const Doubles& c : carried) pointers.push_back(&c);
    out.variance = evaluate(op, shapes, pointers, squares, out.shape);
    for (size_t i = 0; i < out.value.size(); ++i)
      out.variance[i] += of_sum * square(out.value[i]) + stored(out.value[i]);
    activate(act);
  }

  void operator()(const Conv2d& o) {
    dot_product(o, shapes[0][1] / o.groups * o.filter.h * o.filter.w, !o.bias.empty());
  }
  void operator()(const Linear& o) { dot_product(o, shapes[0][1], !o.bias.empty()); }

  // As a x + b or as written: at most six roundings of a x, of a mean, or of the shift.
  void operator()(const BatchNorm& o) {
    out.value = values(o);
    out.variance.resize(out.value.size());
    const size_t size = out.value.size() / static_cast<size_t>(shapes[0][0] * shapes[0][1]);
    for (size_t i = 0; i < out.value.size(); ++i) {
      const size_t c = i / size % static_cast<size_t>(shapes[0][1]);
      const double a = square(weights[0][c]) / (weights[3][c] + o.epsilon);
      out.variance[i] = a * in[0]->variance[i] + stored(out.value[i]) +
                        (6 * operation() + operand()) *
                            (a * (square(in[0]->value[i]) + square(weights[2][c])) + square(weights[1][c]));
    }
  }

  // A product, a sum, and the weight, which may be a folded one.
  void operator()(const Scale& o) {
    Scale affine = o;
    affine.act = {};
    out.value = values(affine);
    out.variance.resize(out.value.size());
    const size_t size = out.value.size() / static_cast<size_t>(shapes[0][0] * shapes[0][1]);
    for (size_t i = 0; i < out.value.size(); ++i) {
      const size_t c = i / size % static_cast<size_t>(shapes[0][1]);
      const double a = o.scale.empty() ? 1 : square(weights[0][c]);
      const double b = o.shift.empty() ? 0 : square(weights.back()[c]);
      out.variance[i] =
          a * in[0]->variance[i] + stored(out.value[i]) + 2 * operation() * (a * square(in[0]->value[i]) + b);
    }
    activate(o.act);
  }

  // dy_i = scale r (e_i - mean e - z_i mean(z e)), with r = 1 / sqrt(v + epsilon) and z = (x - m) r.
  // Roundings: those of m as in a mean; of x - m; of v, a sum of one sign, half of which reaches r; and 24 of
  // the product.
  void operator()(const LayerNorm& o) {
    out.value = values(o);
    out.variance.resize(out.value.size());
    const auto channels = static_cast<size_t>(shapes[0][1]);
    const size_t size = out.value.size() / channels / static_cast<size_t>(shapes[0][0]);
    const auto c = static_cast<double>(channels);
    for (size_t pixel = 0; pixel < out.value.size() / channels; ++pixel) {
      const size_t first = pixel / size * channels * size + pixel % size;
      const auto value = [&](size_t k) { return in[0]->value[first + k * size]; };
      const auto variance = [&](size_t k) { return in[0]->variance[first + k * size]; };
      double mean = 0, squares = 0, spread = o.epsilon, of_mean = 0, of_spread = 0;
      for (size_t k = 0; k < channels; ++k) mean += value(k) / c, squares += square(value(k) / c);
      for (size_t k = 0; k < channels; ++k) spread += square(value(k) - mean) / c;
      for (size_t k = 0; k < channels; ++k) {
        of_mean += variance(k) / square(c);
        of_spread += square(value(k) - mean) / spread * variance(k) / square(c);
      }
      const double rounded_mean =
          operation() * (((c + 1) / 6 + 1) * squares + ((c + 1) / 3 + 2) * square(mean));
      for (size_t k = 0; k < channels; ++k) {
        const double d = square(value(k) - mean), scale = o.scale.empty() ? 1 : square(weights[0][k]);
        const size_t i = first + k * size;
        out.variance[i] = scale / spread *
                              (variance(k) + 2 * (of_mean + d / spread * of_spread) + rounded_mean +
                               operation() * ((c + 1) / 8 + 25) * d) +
                          stored(out.value[i]);
      }
    }
  }

  // The mean of K elements: their variances add and shrink by K^2; partial sums as in a dot product.
  template <class O>
  void average(const O& op, double k, const Doubles& divisors) {
    out.value = values(op);
    Doubles carried = in[0]->variance;
    for (size_t i = 0; i < carried.size(); ++i)
      carried[i] += operation() * ((k + 1) / 6 + 1) * square(in[0]->value[i]);
    out.variance = evaluate(op, shapes, {&carried}, weights, out.shape);  // divided by K once
    for (size_t i = 0; i < out.value.size(); ++i)
      out.variance[i] = out.variance[i] / divisors[i % divisors.size()] +
                        operation() * ((k + 1) / 3 + 2) * square(out.value[i]) + stored(out.value[i]);
  }

  void operator()(const Pool2d& o) {
    // the greatest variance in the window, whichever element wins
    if (o.kind == Pool2d::Kind::max) return pick(o);
    Doubles divisors;
    for (int64_t p = 0; p < out.shape[2]; ++p)
      for (int64_t q = 0; q < out.shape[3]; ++q)
        divisors.push_back(static_cast<double>(divisor(o, shapes[0], p, q)));
    average(o, static_cast<double>(o.filter.h * o.filter.w), divisors);
  }
  void operator()(const GlobalAveragePool& o) {
    const auto size = static_cast<double>(shapes[0][2] * shapes[0][3]);
    average(o, size, {size});
  }

  void operator()(const Add& o) {
    out.value = values(Add{});
    out.variance.resize(out.value.size());
    for (size_t i = 0; i < out.value.size(); ++i)
      out.variance[i] = in[0]->variance[i] + in[1]->variance[i] + stored(out.value[i]);
    activate(o.act);
  }

  void operator()(const PRelu& o) {
    out.value = values(o);
    out.variance = in[0]->variance;
    const size_t size = out.value.size() / static_cast<size_t>(shapes[0][0] * shapes[0][1]);
    for (size_t i = 0; i < out.value.size(); ++i) {
      const auto act = Activation::leaky_relu(
          static_cast<float>(weights[0][i / size % static_cast<size_t>(shapes[0][1])]));
      double& variance = out.variance[i];
      const double reach = NetworkReference::kSigmas * std::sqrt(variance);
      variance = variance * square(steepest(act, in[0]->value[i], reach)) + stored(out.value[i]);
    }
  }

  void operator()(const ChannelGate& o) {
    out.value = values(o);
    out.variance.resize(out.value.size());
    const size_t size = out.value.size() / in[1]->value.size();
    for (size_t i = 0; i < out.value.size(); ++i)
      out.variance[i] = square(in[1]->value[i / size]) * in[0]->variance[i] +
                        square(in[0]->value[i]) * in[1]->variance[i / size] + stored(out.value[i]);
  }

  void operator()(const Activate& o) {
    out.value = in[0]->value;
    out.variance = in[0]->variance;
    activate(o.act);
  }

  // dp_i = p_i (e_i - sum_j p_j e_j).
  void operator()(const Softmax& o) {
    out.value = values(o);
    out.variance.resize(out.value.size());
    const auto channels = static_cast<size_t>(shapes[0][1]);
    for (size_t row = 0; row < out.value.size(); row += channels) {
      const auto x = in[0]->value.begin() + static_cast<std::ptrdiff_t>(row);
      const double largest = *std::max_element(x, x + static_cast<std::ptrdiff_t>(channels));
      double shared = 0;
      for (size_t c = row; c < row + channels; ++c)
        shared +=
            square(out.value[c]) * (in[0]->variance[c] + operation() * square(in[0]->value[c] - largest));
      for (size_t c = row; c < row + channels; ++c) {
        const double own = in[0]->variance[c] + operation() * square(in[0]->value[c] - largest);
        out.variance[c] = square(out.value[c]) * (own * std::max(0.0, 1 - 2 * out.value[c]) + shared +
                                                  operation() * static_cast<double>(channels + 16)) +
                          stored(out.value[c]);
      }
    }
  }

  // y = x d^-beta; dd = 2 alpha / size sum_j x_j e_j, with errors taken as independent.
  void operator()(const Lrn& o) {
    out.value = values(o);
    out.variance.resize(out.value.size());
    const auto channels = static_cast<size_t>(shapes[0][1]),
               size = static_cast<size_t>(shapes[0][2] * shapes[0][3]);
    const size_t half = static_cast<size_t>(o.size / 2);
    const double beta = static_cast<double>(o.beta),
                 scale = static_cast<double>(o.alpha) / static_cast<double>(o.size);
    for (size_t i = 0; i < out.value.size(); ++i) {
      const size_t c = i / size % channels, first = c < half ? 0 : c - half,
                   last = std::min(c + half, channels - 1);
      double d = static_cast<double>(o.k), variance = 0;
      for (size_t j = first; j <= last; ++j) {
        const size_t at = i + j * size - c * size;
        d += scale * square(in[0]->value[at]);
        variance += square(2 * scale * in[0]->value[at]) * in[0]->variance[at];
      }
      const double relative = square(beta / d) * variance;  // of d^-beta
      const double roundings =
          square(beta) * static_cast<double>(o.size + 3) + 3 * square(beta * std::log(d)) + 6;
      out.variance[i] = 2 * std::pow(d, -2 * beta) * in[0]->variance[i] +
                        (2 * relative + operation() * roundings) * square(out.value[i]) +
                        stored(out.value[i]);
    }
  }

  void operator()(const Input& o) {
    pick(o);
    if (!stores_less()) return;  // passed on unchanged
    for (size_t i = 0; i < out.value.size(); ++i) out.variance[i] += stored(out.value[i]);
  }
  template <MovesData O>
  void operator()(const O& o) {
    pick(o);
  }
};

}  // namespace

Uncertain propagate(const Op& op, const std::vector<const Uncertain*>& inputs, const TensorMap& weights,
                    const LayerReference::Rounding& rounding) {
  std::vector<Shape> shapes;
  for (const Uncertain* x : inputs) shapes.push_back(x->shape);
  const bool is_input = std::holds_alternative<Input>(op);
  const std::vector<Doubles> loaded = is_input ? std::vector<Doubles>{} : load_doubles(op, shapes, weights);
  Propagation propagation{
      inputs, shapes, loaded, rounding, {is_input ? shapes[0] : output_shape(op, shapes), {}, {}}};
  std::visit(propagation, op);
  return std::move(propagation.out);
}

}  // namespace fxe::reference
