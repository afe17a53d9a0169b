// SPDX-License-Identifier: Apache-2.0
#include "caffe.pb.h"
#include "weights_converter/caffe/operators.h"
#include "weights_converter/caffe/window.h"

namespace fxe {

namespace {

constexpr int kAverage = 1, kRoundDown = 1;

// Without padding, Caffe lets a window begin past the image if its stride is longer than the window. Such a
// window is empty; fxe drops it, so the sizes would differ.
void expect_no_empty_window(const CaffeStep& step, const Pool2d& pool, int64_t size, int64_t filter,
                            int64_t stride) {
  const int64_t windows = (size - filter + stride - 1) / stride + 1;
  if (pool.ceil_mode && !pool.pad.any() && size >= filter && (windows - 1) * stride >= size)
    throw step.layer->error("a window of {} at stride {} begins past the {} pixels", filter, stride, size);
}

}  // namespace

// Caffe's average counts its padding, as fxe's does with count_padding: a window's size is that inside the
// padded image.
void import_caffe_pooling(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->pooling;
  const ValueId x = import.only_input(step);
  const Shape& shape = import.image(step);
  const bool average = p.pool() == kAverage;
  Pool2d pool{.kind = average ? Pool2d::Kind::average : Pool2d::Kind::max,
              .filter = {shape[2], shape[3]},
              .stride = {1, 1},
              .ceil_mode = p.round_mode() != kRoundDown,
              .count_padding = true};
  if (!p.global_pooling()) {
    const CaffeWindow w = read_caffe_window(*step.layer, p);
    pool.filter = w.filter;
    pool.stride = w.stride;
    pool.pad = w.pad;
    if (w.pad.top >= w.filter.h || w.pad.left >= w.filter.w)
      throw step.layer->error("its padding is not smaller than its window");
    expect_no_empty_window(step, pool, shape[2], w.filter.h, w.stride.h);
    expect_no_empty_window(step, pool, shape[3], w.filter.w, w.stride.w);
  }
  const bool whole = pool.filter == Extent2{shape[2], shape[3]} && !pool.pad.any();
  const Op op = average && whole ? Op(GlobalAveragePool{}) : Op(pool);
  import.set_output(step, import.add(step, op, {x}));
}

// Over h and w; by default Caffe reduces everything, the batch included.
void import_caffe_reduction(CaffeImport& import, const CaffeStep& step) {
  constexpr int kSum = 1;
  const auto& p = *step.layer->reduction;
  const ValueId x = import.only_input(step);
  const Shape& shape = import.image(step);
  if (p.axis() != 2 && p.axis() != -2)
    throw step.layer->error("reduces {} from axis {} on; fxe reduces h and w of an image (axis 2)",
                            shape.str(), p.axis());
  const double count = p.operation() == kSum ? static_cast<double>(shape[2] * shape[3]) : 1;
  const ValueId rows =
      import.add(step, Flatten{}, {import.add(step, GlobalAveragePool{}, {x}, "mean")}, "rows");
  import.set_output(step,
                    import.scaled(step, rows, static_cast<float>(count * static_cast<double>(p.coeff()))));
}

}  // namespace fxe
