// SPDX-License-Identifier: Apache-2.0
#include "networks/smoothing.h"

namespace fxe {

// The blur is 1 2 1 along both axes, the mean of two means of two. If it reflects at the border, it sees the
// second pixel twice, which is the first of those means; with zeros, they are part of one.
ValueId smooth(GraphBuilder& g, const std::string& name, ValueId x, Smoothing smoothing) {
  if (smoothing == Smoothing::none) return x;
  Pool2d mean{.kind = Pool2d::Kind::average, .filter = {2, 2}}, half = mean;
  half.stride = {2, 2};
  if (smoothing == Smoothing::blur) half.pad = same(1);
  if (smoothing == Smoothing::blur_zeros) {
    mean.pad = same(1);
    mean.count_padding = true;
  }
  if (smoothing != Smoothing::average) x = g.node(name + ".mean", mean, {x});
  return g.node(name, half, {x});
}

}  // namespace fxe
