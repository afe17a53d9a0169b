// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/function.h"

#include <cmath>
#include <numbers>

namespace fxe {

namespace {

using Polynomial = OnnxAlgebra::Polynomial;
using Monomial = OnnxAlgebra::Monomial;
using Kind = OnnxAlgebra::Kind;
constexpr int kX = OnnxAlgebra::kX;

bool within(double y, double expected, double relative) {
  return std::fabs(y - expected) <= relative * std::fabs(expected);
}

// within four roundings to fp32; and within twice what six digits leave open
bool same(double y, double expected) { return within(y, expected, 0x1p-22); }
bool printed(double y, double expected) { return within(y, expected, 1e-5); }

// The coefficients of these monomials, if there are no other terms.
std::optional<std::pair<double, double>> coefficients(const Polynomial& p, const Monomial& first,
                                                      const Monomial& second) {
  std::pair<double, double> found;
  for (const auto& [m, c] : p) {
    if (m != first && m != second) return {};
    (m == first ? found.first : found.second) = c;
  }
  return found;
}

bool is_x(const Polynomial& p) { return p == OnnxAlgebra::x(); }

// sqrt(8 / pi) (x + 0.044715 x^3): tanh(y) = 2 sigmoid(2 y) - 1.
bool is_gelu_cubic(const Polynomial& p) {
  const double kOuter = std::sqrt(8 * std::numbers::inv_pi);
  const auto c = coefficients(p, {kX}, {kX, kX, kX});
  return c && printed(c->first, kOuter) && printed(c->second, 0.044715 * kOuter);
}

// x times a function of x.
std::optional<Activation> as_gated(const OnnxAlgebra& algebra, int function, double factor) {
  if (const Polynomial* p = algebra.argument(function, Kind::sigmoid); p && same(factor, 1)) {
    if (is_x(*p)) return Activation::silu();
    if (is_gelu_cubic(*p)) return Activation::gelu_tanh();
  }
  if (const Polynomial* p = algebra.argument(function, Kind::unit_clip); p && printed(factor, 1))
    if (const auto line = as_affine(*p); line && printed(line->first, 1.0 / 6) && printed(line->second, 0.5))
      return Activation::hard_swish();
  return {};
}

// x / 2 + x / 2 erf(x / sqrt(2)).
bool is_gelu(const OnnxAlgebra& algebra, const Polynomial& f) {
  const Monomial& product = f.rbegin()->first;  // after x alone
  const Polynomial* p =
      product.size() == 2 && product[0] == kX ? algebra.argument(product[1], Kind::erf) : nullptr;
  const auto halves = p ? coefficients(f, {kX}, product) : std::nullopt;
  const auto line = p ? as_affine(*p) : std::nullopt;
  return halves && same(halves->first, 0.5) && same(halves->second, 0.5) && line && line->second == 0 &&
         printed(line->first, std::numbers::sqrt2 / 2);
}

}  // namespace

std::optional<std::pair<double, double>> as_affine(const Polynomial& f) { return coefficients(f, {kX}, {}); }

std::optional<Activation> as_activation(const OnnxAlgebra& algebra, const Polynomial& f) {
  if (f.size() == 2 && is_gelu(algebra, f)) return Activation::gelu();
  if (f.size() != 1) return {};
  const auto& [atoms, factor] = *f.begin();
  if (atoms.size() == 2 && atoms[0] == kX) return as_gated(algebra, atoms[1], factor);
  if (atoms.size() != 1 || !same(factor, 1)) return {};
  if (const Polynomial* p = algebra.argument(atoms[0], Kind::sigmoid); p && is_x(*p))
    return Activation::sigmoid();
  if (const Polynomial* p = algebra.argument(atoms[0], Kind::unit_clip))
    if (const auto line = as_affine(*p))
      return Activation::hard_sigmoid(static_cast<float>(line->first), static_cast<float>(line->second));
  return {};
}

std::optional<LayerNorm> as_layer_norm(OnnxAlgebra& algebra, const Polynomial& f) {
  if (f.size() != 2) return {};
  const Monomial& scaled = f.begin()->first;  // x / deviation, before mean / deviation
  if (scaled.size() != 2 || scaled[0] != kX) return {};
  const Polynomial* deviation = algebra.argument(scaled[1], Kind::inverse);
  if (!deviation || deviation->size() != 1 || deviation->begin()->first.size() != 1) return {};
  const auto& [root, factor] = *deviation->begin();
  const Polynomial* variance = algebra.argument(root[0], Kind::square_root);
  if (!variance || factor != 1) return {};
  const Polynomial centred = algebra.sum(OnnxAlgebra::x(), algebra.channel_mean(OnnxAlgebra::x()), -1);
  const Polynomial rest = algebra.sum(*variance, algebra.channel_mean(algebra.product(centred, centred)), -1);
  if (rest.size() != 1 || !rest.begin()->first.empty()) return {};
  const double epsilon = rest.begin()->second;
  if (!(epsilon > 0 && epsilon < 1) || f != algebra.product(centred, {{{scaled[1]}, 1.0}})) return {};
  return LayerNorm{.epsilon = epsilon};
}

}  // namespace fxe
