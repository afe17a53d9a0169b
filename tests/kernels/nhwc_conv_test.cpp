// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/conv.h"

#include "tests/kernels/functions.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

struct ConvCase {
  int64_t c, k, groups;
  DirectConv conv;  // geometry
  int pad_after;
};

TEST_P(NhwcKernels, ConvolutionsPadStrideDilateAndGroup) {
  const int64_t n = 2, h = 8, w = 7;
  const std::vector<ConvCase> cases{
      {13, 13, 13, {.r = 3, .s = 3, .pad_top = 1, .pad_left = 1}, 1},
      {16, 16, 16, {.r = 3, .s = 3, .stride_h = 2, .stride_w = 2, .pad_top = 0, .pad_left = 0}, 1},
      {6, 9, 3, {.r = 3, .s = 2, .dilation_h = 2, .dilation_w = 1, .pad_top = 2, .pad_left = 0}, 1},
      {3, 10, 1, {.r = 2, .s = 3, .stride_h = 1, .stride_w = 2, .pad_top = 1, .pad_left = 2}, 0}};
  for (const ConvCase& test : cases) {
    DirectConv conv = test.conv;
    conv.groups = static_cast<int>(test.groups);
    const bool depthwise = test.c == test.groups && test.k == test.groups;
    const int64_t gc = test.c / test.groups, gk = test.k / test.groups, taps = conv.r * conv.s;
    const int64_t p =
        (h + conv.pad_top + test.pad_after - conv.dilation_h * (conv.r - 1) - 1) / conv.stride_h + 1;
    const int64_t q =
        (w + conv.pad_left + test.pad_after - conv.dilation_w * (conv.s - 1) - 1) / conv.stride_w + 1;
    const Image x = image("x", n, test.c, h, w), residual = image("residual", n, test.k, p, q);
    const PerChannel bias(type(), values("bias", test.k));
    // [r s c/groups k] as an image of r * s "images" of c/groups "rows" and one column.
    const Image weight = image("w", taps, test.k, gc, 1);
    conv.weight = weight.tensor().data;
    const auto expect_convolved = [&](bool full, const ExactFunction& function) {
      conv.bias = full ? bias.data() : nullptr;
      conv.f = function.f;
      expect(
          Image(type(), n, test.k, p, q),
          [&](Queue& queue, const NhwcTensor& y) {
            (depthwise ? launch_nhwc_depthwise : launch_nhwc_direct_conv)(
                queue, x.tensor(), conv, full ? residual.tensor() : NhwcTensor{}, y);
          },
          [&](int64_t in, int64_t ik, int64_t ip, int64_t iq) {
            double sum = 0, of_sizes = 0;
            const auto add = [&](double term) { sum += term, of_sizes += std::fabs(term); };
            if (full) add(bias[ik]), add(double{residual.at(in, ik, ip, iq)});
            for (int64_t r = 0; r < conv.r; ++r)
              for (int64_t s = 0; s < conv.s; ++s)
                for (int64_t ic = 0; ic < gc; ++ic) {
                  const int64_t ih = ip * conv.stride_h - conv.pad_top + r * conv.dilation_h;
                  const int64_t iw = iq * conv.stride_w - conv.pad_left + s * conv.dilation_w;
                  if (ih >= 0 && iw >= 0 && ih < h && iw < w)
                    add(double{x.at(in, ik / gk * gc + ic, ih, iw)} *
                        double{weight.at(r * conv.s + s, ik, ic, 0)});
                }
            // Each term passes the roundings of its product and of the sums after it.
            const auto roundings = static_cast<double>(taps * gc + 2);
            const double y = function.value(sum);
            return within(
                y, kUnit * (function.steepest * roundings * of_sizes + function.error(sum, std::fabs(y))));
          });
    };
    expect_convolved(false, exact_functions()[0]);
    for (const ExactFunction& function : exact_functions()) expect_convolved(true, function);
  }
}

}  // namespace
}  // namespace fxe::test
