// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "weights_converter/weight_file.h"

namespace fxe {

namespace caffe {
class Net;
}

// The net's graph up to its logits and the tensors it reads, which keep `net` alive. See read_caffe.
WeightFile import_caffe(std::shared_ptr<const caffe::Net> net, const std::optional<Input>& size);

}  // namespace fxe
