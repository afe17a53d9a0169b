// SPDX-License-Identifier: Apache-2.0
#include "caffe.pb.h"
#include "weights_converter/caffe/operators.h"

namespace fxe {

namespace {

void activate(CaffeImport& import, const CaffeStep& step, Activation act) {
  const ValueId x = import.only_input(step);
  import.set_output(step, import.add(step, Activate{act}, {x}));
}

Activation rectifier(float slope) { return slope == 0 ? Activation::relu() : Activation::leaky_relu(slope); }

}  // namespace

void import_caffe_relu(CaffeImport& import, const CaffeStep& step) {
  activate(import, step, rectifier(step.layer->relu->negative_slope()));
}

void import_caffe_prelu(CaffeImport& import, const CaffeStep& step) {
  import.expect_blobs(step, 1);
  if (step.layer->prelu->channel_shared())
    return activate(import, step, rectifier(import.blob(step, 0, {1}).to_float()[0]));
  const ValueId x = import.only_input(step);
  PRelu prelu;
  prelu.slope = import.weight(step, "weight", import.blob(step, 0, {import.shape(step)[1]}));
  import.set_output(step, import.add(step, std::move(prelu), {x}));
}

void import_caffe_sigmoid(CaffeImport& import, const CaffeStep& step) {
  activate(import, step, Activation::sigmoid());
}

void import_caffe_clip(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->clip;
  if (!p.has_min() || !p.has_max()) throw step.layer->error("needs min and max");
  activate(import, step, Activation::clip(p.min(), p.max()));
}

}  // namespace fxe
