// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/input.h"

#include <algorithm>

#include "caffe.pb.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr int64_t kMaxSide = int64_t{1} << 16;

using Found = std::optional<Input>;

// [n c h w]
Found from_shape(const caffe::BlobShape& shape) {
  if (shape.dim_size() != 4) return std::nullopt;
  return Input{shape.dim(1), shape.dim(2), shape.dim(3)};
}

Found from_crop(int64_t crop) { return crop > 0 ? Found(Input{3, crop, crop}) : std::nullopt; }

// One value for all tops, or one each.
template <class Field>
const auto* of_top(const Field& field, int top) {
  const int i = field.size() == 1 ? 0 : top;
  return i < field.size() ? &field.Get(i) : nullptr;
}

Found from_net(const caffe::Net& net, const std::string& name) {
  for (int i = 0; i < net.input_size(); ++i) {
    if (printable(net.input(i)) != name) continue;
    if (i < net.input_shape_size()) return from_shape(net.input_shape(i));
    if (4 * i + 3 < net.input_dim_size())
      return Input{net.input_dim(4 * i + 1), net.input_dim(4 * i + 2), net.input_dim(4 * i + 3)};
  }
  return std::nullopt;
}

Found from_layer(const CaffeLayer& layer, int top) {
  if (const auto* shape = of_top(layer.input_shapes->shape(), top)) return from_shape(*shape);
  if (const auto* shape = of_top(layer.dummy_data->shape(), top)) return from_shape(*shape);
  const auto* c = of_top(layer.dummy_data->channels(), top);
  const auto* h = of_top(layer.dummy_data->height(), top);
  const auto* w = of_top(layer.dummy_data->width(), top);
  if (c && h && w) return Input{*c, *h, *w};
  for (const int64_t crop :
       {layer.transform->crop_size(), layer.data->crop_size(), layer.image_data->crop_size()})
    if (const Found found = from_crop(crop)) return found;
  if (const auto& memory = *layer.memory_data; memory.has_height())
    return Input{memory.channels(), memory.height(), memory.width()};
  return std::nullopt;
}

// If there are two data layers, the test phase's comes first.
Found from_layers(const std::vector<CaffeLayer>& layers, const std::string& name) {
  for (const bool test : {true, false})
    for (const CaffeLayer& layer : layers) {
      if (!is_caffe_source(layer.type) || layer.in_test_phase != test) continue;
      for (size_t top = 0; top < layer.tops.size(); ++top)
        if (printable(layer.tops[top]) == name)
          if (const Found found = from_layer(layer, static_cast<int>(top))) return found;
    }
  return std::nullopt;
}

}  // namespace

Input caffe_input(const caffe::Net& proto, const CaffeNet& net, const std::optional<Input>& asked) {
  if (asked) return *asked;
  const std::string& name = net.blobs[net.image].name;
  Found found = from_net(proto, name);
  if (!found) found = from_layers(net.layers, name);
  if (!found)
    throw bad_input("does not say the size of its input '{}'; name it with --input, such as --input 227x227",
                    name);
  for (const int64_t size : {found->c, found->h, found->w})
    if (size < 1 || size > kMaxSide)
      throw bad_input("its input '{}' is {}x{}x{}; expected 1 to {} of each", name, found->c, found->h,
                      found->w, kMaxSide);
  return *found;
}

}  // namespace fxe
