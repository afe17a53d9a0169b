// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/import.h"

#include "weights_converter/caffe/blob.h"

namespace fxe {

namespace {

bool same_after_ones(const Shape& found, const Shape& expected) {
  const int extra = found.rank() - expected.rank();
  if (extra < 0) return false;
  for (int i = 0; i < found.rank(); ++i)
    if (found[i] != (i < extra ? 1 : expected[i - extra])) return false;
  return true;
}

}  // namespace

ValueId CaffeImport::input(const CaffeStep& step, size_t i) const {
  if (i >= step.inputs.size()) throw step.layer->error("has {} bottoms; expected more", step.inputs.size());
  return values_[step.inputs[i]];
}

ValueId CaffeImport::only_input(const CaffeStep& step) const {
  if (step.inputs.size() != 1)
    throw step.layer->error("has {} bottoms; fxe reads it with one", step.inputs.size());
  return input(step);
}

const Shape& CaffeImport::shape(const CaffeStep& step, size_t i) const { return graph.shape(input(step, i)); }

const Shape& CaffeImport::image(const CaffeStep& step, size_t i) const {
  const Shape& x = shape(step, i);
  if (x.rank() != 4) throw step.layer->error("expected an input [n c h w], found {}", x.str());
  return x;
}

void CaffeImport::set_output(const CaffeStep& step, ValueId value) {
  if (step.outputs.empty()) throw step.layer->error("has no top");
  for (const size_t id : step.outputs) values_[id] = value;
}

std::string CaffeImport::unique(const std::string& name) {
  int& asked = names_[name];
  std::string found = name;
  // Keeping `asked` makes this no search if many layers share a name.
  while (asked++ > 0 || found == "input") {
    found = fmt::format("{}.{}", name, asked);
    if (!names_.contains(found)) break;
  }
  names_.emplace(found, 1);
  return found;
}

ValueId CaffeImport::add(const CaffeStep& step, Op op, std::vector<ValueId> inputs, const char* part) {
  const std::string& name = step.layer->name;
  return graph.node(unique(part ? fmt::format("{}.{}", name, part) : name), std::move(op), std::move(inputs));
}

ValueId CaffeImport::scaled(const CaffeStep& step, ValueId x, float factor) {
  if (factor == 1) return x;
  const auto channels = static_cast<size_t>(graph.shape(x)[1]);
  return add(step, Scale{.scale = weight(step, "factor", std::vector<float>(channels, factor)), .shift = ""},
             {x}, "scaled");
}

void CaffeImport::expect_blobs(const CaffeStep& step, size_t count) const {
  const size_t found = step.layer->blobs.size();
  if (found == 0)
    throw step.layer->error("has no weights; expected {} blobs: is this the net's description without them?",
                            count);
  if (found != count) throw step.layer->error("has {} blobs; expected {}", found, count);
}

Tensor CaffeImport::blob(const CaffeStep& step, size_t i, const Shape& shape) const {
  const CaffeLayer& layer = *step.layer;
  if (i >= layer.blobs.size()) throw layer.error("has no blob {}", i);
  Tensor tensor;
  try {
    tensor = read_caffe_blob(*layer.blobs[i], owner_);
  } catch (const Error& e) {
    throw layer.error("its blob {} {}", i, e.what());
  }
  if (!same_after_ones(tensor.shape, shape))
    throw layer.error("its blob {} has the shape {}; expected {}", i, tensor.shape.str(), shape.str());
  tensor.shape = shape;
  return tensor;
}

std::string CaffeImport::weight(const CaffeStep& step, const char* suffix, Tensor tensor) {
  const std::string name = unique(fmt::format("{}.{}", step.layer->name, suffix));
  weights.emplace(name, std::move(tensor));
  return name;
}

std::string CaffeImport::weight(const CaffeStep& step, const char* suffix, std::vector<float> values) {
  const auto count = static_cast<int64_t>(values.size());
  return weight(step, suffix, Tensor::from_floats({count}, std::move(values)));
}

void CaffeImport::expect_channel_axis(const CaffeStep& step, int64_t axis) const {
  const int rank = shape(step).rank();
  if ((axis < 0 ? axis + rank : axis) != 1)
    throw step.layer->error("works on axis {} of {}; fxe has it on the channels only", axis,
                            shape(step).str());
}

}  // namespace fxe
