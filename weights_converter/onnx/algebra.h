// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

// Functions of one value x in a normal form, in which equal functions are equal however they are spelled:
// polynomials in x, in means over its channels, and in functions of other polynomials. Identities hold in
// exact arithmetic; coefficients are rounded to double.
namespace fxe {

class OnnxAlgebra {
 public:
  using Monomial = std::vector<int>;              // atoms in order, powers as repetitions; empty: 1
  using Polynomial = std::map<Monomial, double>;  // non-zero coefficients
  static constexpr int kX = 0;                    // the atom x
  // unit_clip: min(max(p, 0), 1).
  enum class Kind { exp, erf, sigmoid, unit_clip, square_root, inverse, channel_mean };

  static Polynomial x() { return {{{kX}, 1.0}}; }
  Polynomial affine(const Polynomial& p, double a, double b);                   // a p + b
  Polynomial sum(const Polynomial& p, const Polynomial& q, double factor = 1);  // p + factor q
  Polynomial product(const Polynomial&, const Polynomial&);
  Polynomial power(const Polynomial&, double exponent);
  Polynomial inverse(const Polynomial&);
  Polynomial channel_mean(const Polynomial&);
  Polynomial call(Kind, const Polynomial& of);  // for kinds without a function of their own here
  Polynomial tanh(const Polynomial&);
  Polynomial clip(const Polynomial&, double low, double high);
  // Anything else, or a function too long to follow; equal only to itself.
  Polynomial unknown() { return {{{--last_unknown_}, 1.0}}; }

  // What an atom is a function of; nullptr if it is of another kind.
  const Polynomial* argument(int atom, Kind) const;

 private:
  struct Atom {
    Kind kind;
    Polynomial of;
    auto operator<=>(const Atom&) const = default;
  };

  Polynomial checked(Polynomial);
  int atom(Kind, Polynomial of);
  bool same_for_all_channels(int atom) const;

  std::map<Atom, int> ids_;
  struct Entry {
    const Atom* atom;  // a key of ids_
    bool same_for_all_channels;
  };
  std::vector<Entry> atoms_;  // by id - 1
  int last_unknown_ = 0;      // ids below 0
};

}  // namespace fxe
