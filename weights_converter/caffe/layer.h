// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/error.h"

namespace fxe {

namespace caffe {
class BatchNorm;
class Bias;
class Blob;
class Clip;
class Concat;
class Convolution;
class Data;
class DummyData;
class Eltwise;
class Flatten;
class InnerProduct;
class InputShapes;
class Layer;
class Lrn;
class MemoryData;
class Net;
class Pooling;
class Power;
class PRelu;
class Reduction;
class Relu;
class Reshape;
class Scale;
class Slice;
class Softmax;
class Transform;
class V1Layer;
}  // namespace caffe

// One layer of a Net, of either form, with its parameters; absent ones have Caffe's defaults. Points into
// the Net.
struct CaffeLayer {
  std::string name;  // printable; the first top's name if the layer has none
  std::string type;  // "Convolution"; today's name also for the old form
  std::vector<std::string> bottoms, tops;
  std::vector<const caffe::Blob*> blobs;
  bool in_test_phase = true;  // by its include and exclude rules, at level 0 without stages

  const caffe::BatchNorm* batch_norm;
  const caffe::Bias* bias;
  const caffe::Clip* clip;
  const caffe::Concat* concat;
  const caffe::Convolution* convolution;
  const caffe::Data *data, *image_data;
  const caffe::DummyData* dummy_data;
  const caffe::Eltwise* eltwise;
  const caffe::Flatten* flatten;
  const caffe::InnerProduct* inner_product;
  const caffe::InputShapes* input_shapes;
  const caffe::Lrn* lrn;
  const caffe::MemoryData* memory_data;
  const caffe::Pooling* pooling;
  const caffe::Power* power;
  const caffe::PRelu* prelu;
  const caffe::Reduction* reduction;
  const caffe::Relu* relu;
  const caffe::Reshape* reshape;
  const caffe::Scale* scale;
  const caffe::Slice* slice;
  const caffe::Softmax* softmax;
  const caffe::Transform* transform;

  template <class... Args>
  [[nodiscard]] Error error(fmt::format_string<Args...> format, Args&&... args) const {
    return bad_input("layer '{}' ({}): {}", name, type, fmt::format(format, std::forward<Args>(args)...));
  }
};

// All layers of the Net, in order. Throws bad_input for a net of the form before V1Layer.
std::vector<CaffeLayer> caffe_layers(const caffe::Net&);

}  // namespace fxe
