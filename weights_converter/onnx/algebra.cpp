// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/algebra.h"

#include <algorithm>
#include <cmath>

namespace fxe {

namespace {

// Layer normalisation, the longest function looked for, has 3 terms of 2 atoms; a hostile file must not
// produce functions longer than the file itself.
constexpr size_t kMaxTerms = 8, kMaxFactors = 8, kMaxAtoms = 4096;

void add(OnnxAlgebra::Polynomial& p, const OnnxAlgebra::Monomial& m, double coefficient) {
  const double sum = p[m] += coefficient;
  if (sum == 0) p.erase(m);
}

}  // namespace

OnnxAlgebra::Polynomial OnnxAlgebra::checked(Polynomial p) {
  const bool sound = p.size() <= kMaxTerms && std::all_of(p.begin(), p.end(), [](const auto& term) {
                       return term.first.size() <= kMaxFactors && std::isfinite(term.second);
                     });
  return sound ? p : unknown();
}

int OnnxAlgebra::atom(Kind kind, Polynomial of) {
  if (atoms_.size() >= kMaxAtoms) return --last_unknown_;
  const auto [found, is_new] = ids_.try_emplace({kind, std::move(of)}, static_cast<int>(atoms_.size()) + 1);
  if (!is_new) return found->second;
  const Polynomial& p = found->first.of;
  const bool of_means = std::all_of(p.begin(), p.end(), [&](const auto& term) {
    return std::all_of(term.first.begin(), term.first.end(), [&](int i) { return same_for_all_channels(i); });
  });
  atoms_.push_back({&found->first, of_means || kind == Kind::channel_mean});
  return found->second;
}

bool OnnxAlgebra::same_for_all_channels(int atom) const {
  return atom > 0 && atoms_[static_cast<size_t>(atom - 1)].same_for_all_channels;
}

const OnnxAlgebra::Polynomial* OnnxAlgebra::argument(int atom, Kind kind) const {
  if (atom <= 0) return nullptr;
  const Atom& found = *atoms_[static_cast<size_t>(atom - 1)].atom;
  return found.kind == kind ? &found.of : nullptr;
}

OnnxAlgebra::Polynomial OnnxAlgebra::affine(const Polynomial& p, double a, double b) {
  return sum({{{}, b}}, p, a);
}

OnnxAlgebra::Polynomial OnnxAlgebra::sum(const Polynomial& p, const Polynomial& q, double factor) {
  Polynomial y;
  for (const auto& [m, c] : p) add(y, m, c);
  for (const auto& [m, c] : q) add(y, m, factor * c);
  return checked(std::move(y));
}

OnnxAlgebra::Polynomial OnnxAlgebra::product(const Polynomial& p, const Polynomial& q) {
  Polynomial y;
  for (const auto& [m, c] : p)
    for (const auto& [n, d] : q) {
      Monomial both;
      std::merge(m.begin(), m.end(), n.begin(), n.end(), std::back_inserter(both));
      add(y, both, c * d);
    }
  return checked(std::move(y));
}

OnnxAlgebra::Polynomial OnnxAlgebra::power(const Polynomial& p, double exponent) {
  if (exponent == 1) return p;
  if (exponent == 2) return product(p, p);
  if (exponent == 3) return product(p, product(p, p));
  if (exponent == 0.5) return call(Kind::square_root, p);
  if (exponent == -0.5) return inverse(call(Kind::square_root, p));
  if (exponent == -1) return inverse(p);
  return unknown();
}

// 1 / (1 + exp(p)) is sigmoid(-p).
OnnxAlgebra::Polynomial OnnxAlgebra::inverse(const Polynomial& p) {
  if (p.empty()) return unknown();
  const auto& [last, coefficient] = *p.rbegin();
  if (p.size() == 1 && last.empty()) return checked({{{}, 1 / coefficient}});
  const Polynomial* exponent = last.size() == 1 ? argument(last[0], Kind::exp) : nullptr;
  if (exponent && p == Polynomial{{{}, 1.0}, {last, 1.0}})
    return call(Kind::sigmoid, affine(*exponent, -1, 0));
  return call(Kind::inverse, p);
}

OnnxAlgebra::Polynomial OnnxAlgebra::call(Kind kind, const Polynomial& of) {
  return {{{atom(kind, of)}, 1.0}};
}

OnnxAlgebra::Polynomial OnnxAlgebra::tanh(const Polynomial& p) {
  return affine(call(Kind::sigmoid, affine(p, 2, 0)), 2, -1);
}

OnnxAlgebra::Polynomial OnnxAlgebra::clip(const Polynomial& p, double low, double high) {
  const double span = high - low;
  // A small bound beside a large one would be rounded away.
  if (!(span > 0) || low + span != high) return unknown();
  return affine(call(Kind::unit_clip, affine(p, 1 / span, -low / span)), span, low);
}

OnnxAlgebra::Polynomial OnnxAlgebra::channel_mean(const Polynomial& p) {
  Polynomial y;
  for (const auto& [m, c] : p) {
    Monomial outside, inside;
    for (const int i : m) (same_for_all_channels(i) ? outside : inside).push_back(i);
    if (!inside.empty()) {
      const int mean = atom(Kind::channel_mean, {{inside, 1.0}});
      outside.insert(std::upper_bound(outside.begin(), outside.end(), mean), mean);
    }
    add(y, outside, c);
  }
  return checked(std::move(y));
}

}  // namespace fxe
