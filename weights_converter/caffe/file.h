// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "layers/op.h"
#include "weights_converter/byte_reader.h"
#include "weights_converter/weight_file.h"

namespace fxe {

// A caffemodel has no magic number: true if every top-level field is one of NetParameter's and there
// are layers.
bool is_caffe(Bytes file);

// Reads an image classifier saved by Caffe, with layers of either form, into a Graph and the tensors it
// reads, which are named after their layers: "conv1.weight". `size`: overrides the file's input size. Throws
// bad_input without the file's name; one error lists all layers that fxe does not have.
WeightFile read_caffe(Bytes file, const std::optional<Input>& size);

// A mean image as Caffe's compute_image_mean writes it ("binaryproto"): [3 h w], in Caffe's channel order,
// blue first.
Tensor read_caffe_mean(Bytes file);

}  // namespace fxe
