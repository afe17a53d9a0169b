// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/activation.h"

// Activations in double precision, and how errors pass through them. Derivations: docs/design/numerics.md.
namespace fxe::reference {

double apply(const Activation&, double x);

// The greatest |f'| anywhere, and on [x - reach, x + reach] to first order in reach.
double steepest(const Activation&);
double steepest(const Activation&, double x, double reach);

// Whether computing f rounds: it does not if it only picks values.
bool rounds(const Activation&);

// |computed f(x) - f(x)| in fp32, with functions of 2 ulp, is at most this and the rounding of the result.
double evaluation_error(const Activation&, double x);

}  // namespace fxe::reference
