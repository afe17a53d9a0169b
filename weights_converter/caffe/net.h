// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/caffe/layer.h"

namespace fxe {

// What a layer reads and makes, with versions of a blob that layers rewrite in place (top == bottom)
// kept apart.
struct CaffeStep {
  const CaffeLayer* layer;
  std::vector<size_t> inputs, outputs;  // indices into CaffeNet::blobs
};

struct CaffeBlobUse {
  std::string name;     // printable
  bool read = false;    // by `steps` of the net
  bool source = false;  // an input of the net, or made by a data layer
};

// The part of a net between its image and its logits.
struct CaffeNet {
  std::vector<CaffeLayer> layers;  // all of them
  std::vector<CaffeBlobUse> blobs;
  std::vector<CaffeStep> steps;    // what the logits need, in executable order
  size_t image = 0, logits = 0;    // blobs
  std::vector<std::string> notes;  // what is left out at the end, one line each
};

// Data, Input, ImageData, ...: their tops come from outside.
bool is_caffe_source(const std::string& type);

// Drops layers of the training phase, losses, accuracies and a final softmax. If a net does not name its
// inputs, a blob that no layer makes is one. Throws bad_input for blobs that are made twice or read before
// they are made, and unless there is exactly one image.
CaffeNet read_caffe_net(const caffe::Net&);

}  // namespace fxe
