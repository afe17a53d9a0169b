// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/tensor.h"

namespace fxe {

namespace caffe {
class Blob;
}

// A blob with its data in the message, in the shape the file gives it: a BlobShape, or num, channels, height
// and width. `owner` keeps the message alive. Throws bad_input, without the blob's name, if sizes disagree.
Tensor read_caffe_blob(const caffe::Blob&, std::shared_ptr<const void> owner);

}  // namespace fxe
