// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.h"

#include "tests/kernels/functions.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

// Rows of whole images, 13 outputs that are stored as 16, every function, with a bias and without.
TEST_P(NhwcKernels, FullyConnectedRowsOfImages) {
  const int64_t k = 13, c = 20, side = 3;
  const Image bias_of_outputs = image("bias", 1, k, 1, 1);
  for (const int64_t n : {1, 3, 7}) {
    const Image x = image("x", n, c, side, side);
    // As many rows of weights as images; those of the outputs' padding are zero.
    const Image filled = image("w", k, c, side, side, 0.2);
    std::vector<float> plain = filled.plain();
    plain.resize(static_cast<size_t>(stored_channels(type(), k) * c * side * side));
    const Image w(type(), stored_channels(type(), k), c, side, side, plain);
    std::vector<float> bias = bias_of_outputs.plain();
    bias.resize(static_cast<size_t>(stored_channels(type(), k)));
    for (const ExactFunction& function : exact_functions())
      for (const bool has_bias : {false, true})
        expect(
            Image(type(), n, k, 1, 1),
            [&](Queue& queue, const NhwcTensor& y) {
              launch_linear(queue, x.tensor(), w.tensor().data, has_bias ? bias.data() : nullptr, function.f,
                            y);
            },
            [&](int64_t in, int64_t ik, int64_t, int64_t) {
              double sum = has_bias ? double{bias[static_cast<size_t>(ik)]} : 0, of_sizes = std::fabs(sum);
              for (int64_t ic = 0; ic < c; ++ic)
                for (int64_t h = 0; h < side; ++h)
                  for (int64_t v = 0; v < side; ++v) {
                    const double term = double{x.at(in, ic, h, v)} * double{w.at(ik, ic, h, v)};
                    sum += term, of_sizes += std::fabs(term);
                  }
              const double y = function.value(sum), roundings = static_cast<double>(c * side * side + 2);
              return within(
                  y, kUnit * (function.steepest * roundings * of_sizes + function.error(sum, std::fabs(y))));
            });
  }
}

}  // namespace
}  // namespace fxe::test
