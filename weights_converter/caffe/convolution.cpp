// SPDX-License-Identifier: Apache-2.0
#include "caffe.pb.h"
#include "weights_converter/caffe/operators.h"
#include "weights_converter/caffe/window.h"

namespace fxe {

void import_caffe_convolution(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->convolution;
  const ValueId x = import.only_input(step);
  const Shape& shape = import.image(step);
  import.expect_channel_axis(step, p.axis());
  const CaffeWindow w = read_caffe_window(*step.layer, p);
  if (p.num_output() < 1) throw step.layer->error("num_output is {}; expected 1 or more", p.num_output());
  if (p.group() < 1 || shape[1] % p.group() != 0)
    throw step.layer->error("its group {} does not divide the {} channels", p.group(), shape[1]);
  Conv2d conv{.k = p.num_output(),
              .filter = w.filter,
              .stride = w.stride,
              .pad = w.pad,
              .dilation = w.dilation,
              .groups = p.group()};
  import.expect_blobs(step, p.bias_term() ? 2 : 1);
  const Shape weight{conv.k, shape[1] / conv.groups, conv.filter.h, conv.filter.w};
  conv.weight = import.weight(step, "weight", import.blob(step, 0, weight));
  if (p.bias_term()) conv.bias = import.weight(step, "bias", import.blob(step, 1, {conv.k}));
  import.set_output(step, import.add(step, std::move(conv), {x}));
}

}  // namespace fxe
