// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/import.h"

#include <limits>

#include "weights_converter/byte_reader.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

template <class T>
std::vector<int64_t> read_integers(const Tensor& tensor) {
  ByteReader reader(tensor.bytes, "a constant");
  std::vector<int64_t> values;
  for (int64_t i = 0; i < tensor.shape.elements(); ++i) values.push_back(reader.read<T>());
  return values;
}

// "name.2", "name.3", ...; counting from 2 for each new one would take quadratic time.
std::string numbered(std::map<std::string, int>& last, const std::string& name) {
  return fmt::format("{}.{}", name, ++last.try_emplace(name, 1).first->second);
}

}  // namespace

uint64_t bytes_of(const Shape& shape, DType type) {
  uint64_t bytes = 0;
  const auto elements = static_cast<uint64_t>(shape.elements());
  return __builtin_mul_overflow(elements, size_bytes(type), &bytes) ? std::numeric_limits<uint64_t>::max()
                                                                    : bytes;
}

std::vector<int64_t> small_integers(const Tensor& tensor) {
  if (tensor.shape.elements() > kMaxIntegers)
    throw bad_input("expected a few integers, found a constant of shape {}", tensor.shape.str());
  if (tensor.dtype == DType::i64) return read_integers<int64_t>(tensor);
  if (tensor.dtype == DType::i32) return read_integers<int32_t>(tensor);
  throw bad_input("expected integers, found {}", name(tensor.dtype));
}

Tensor integer_tensor(const std::vector<int64_t>& values, const Shape& shape) {
  if (shape.elements() > kMaxIntegers)
    throw bad_input("a shape computation has more than {} numbers", kMaxIntegers);
  const auto bytes = std::as_bytes(std::span<const int64_t>(values));
  return Tensor::from_bytes(DType::i64, shape, {bytes.begin(), bytes.end()});
}

void OnnxImport::define(const std::string& name, Value value) {
  if (!values_.emplace(name, std::move(value)).second)
    throw bad_input("the value '{}' is made twice", printable(name));
}

const OnnxImport::Value& OnnxImport::value(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw bad_input("no node makes the value '{}'", printable(name));
  return found->second;
}

const OnnxImport::Value& OnnxImport::value(const OnnxNode& node, size_t i) const {
  const auto found = values_.find(node.input(i));
  if (found == values_.end())
    throw node.error("reads '{}', which is no input, no weight and no node's output",
                     printable(node.input(i)));
  return found->second;
}

bool OnnxImport::is_constant(const OnnxNode& node, size_t i) const {
  return std::holds_alternative<Tensor>(value(node, i));
}

const Tensor& OnnxImport::constant(const OnnxNode& node, size_t i) const {
  const auto* tensor = std::get_if<Tensor>(&value(node, i));
  if (!tensor)
    throw node.error("needs a constant input {}, found '{}', which depends on the image", i,
                     printable(node.input(i)));
  return *tensor;
}

std::vector<int64_t> OnnxImport::integers(const OnnxNode& node, size_t i) const {
  try {
    return small_integers(constant(node, i));
  } catch (const Error& e) {
    throw node.error("input {}: {}", i, e.what());
  }
}

std::vector<int64_t> OnnxImport::integers(const OnnxNode& node, const char* name, int64_t since,
                                          size_t i) const {
  if (node.opset() < since || node.has(name)) return node.integers(name);
  return node.has_input(i) ? integers(node, i) : std::vector<int64_t>{};
}

const OnnxFlow& OnnxImport::flow(const OnnxNode& node, size_t i) const {
  const auto* flow = std::get_if<OnnxFlow>(&value(node, i));
  if (!flow)
    throw node.error("its input {} '{}' is constant; fxe computes this on images only", i,
                     printable(node.input(i)));
  return *flow;
}

ValueId OnnxImport::padded(const OnnxNode& node, size_t i) const {
  const OnnxFlow& x = flow(node, i);
  if (x.probabilities) throw node.error("follows a Softmax; fxe has Softmax at the end of a network only");
  if (x.groups > 0)
    throw node.error("works on channels that a Reshape split; fxe reads a channel shuffle only");
  if (x.pixel)
    throw node.error("works on rows made into images, which fxe only supports in a product with an image");
  if (x.nhwc && graph.shape(x.id).rank() == 4)
    throw node.error("works on [n h w c]; fxe needs a Transpose to [n c h w] before it");
  return x.id;
}

ValueId OnnxImport::plain(const OnnxNode& node, size_t i) const {
  const ValueId id = padded(node, i);
  if (flow(node, i).pad.any())
    throw node.error("follows a Pad; fxe joins a Pad only with a convolution or pooling right after it");
  return id;
}

std::vector<int64_t> OnnxImport::shape(const OnnxFlow& x) const {
  const Shape& s = graph.shape(x.id);
  if (s.rank() != 4 && x.pixel)
    return x.nhwc ? std::vector<int64_t>{kBatch, 1, 1, s[1]} : std::vector<int64_t>{kBatch, s[1], 1, 1};
  if (s.rank() != 4) return {kBatch, s[1]};
  const int64_t h = s[2] + x.pad.top + x.pad.bottom, w = s[3] + x.pad.left + x.pad.right;
  return x.nhwc ? std::vector<int64_t>{kBatch, h, w, s[1]} : std::vector<int64_t>{kBatch, s[1], h, w};
}

bool OnnxImport::is_batch(int64_t dimension) const {
  return dimension == kBatch || dimension == -1 || dimension == 1 || dimension == batch_.value_or(1);
}

ValueId OnnxImport::add(const OnnxNode& node, Op op, std::vector<ValueId> inputs) {
  std::string name = node.name();
  if (!names_.insert(name).second) {
    name = node.output();
    while (!names_.insert(name).second) name = numbered(node_numbers_, node.output());
  }
  return graph.node(name, std::move(op), std::move(inputs));
}

std::string OnnxImport::weight(const OnnxNode& node, size_t i) {
  return weight(node.input(i), constant(node, i));
}

std::string OnnxImport::weight(const std::string& name, Tensor tensor) {
  std::string& known = known_weights_[{name, tensor.bytes.data(), tensor.shape.str(), tensor.dtype}];
  if (!known.empty()) return known;
  known = name;
  while (!weights.emplace(known, tensor).second) known = numbered(weight_numbers_, name);
  return known;
}

void OnnxImport::charge_copy(uint64_t bytes) {
  if (bytes > copies_left_) throw bad_input("its constants unfold to much more than the file is long");
  copies_left_ -= bytes;
}

void OnnxImport::charge_copy(const Shape& shape, DType type) { charge_copy(bytes_of(shape, type)); }

void OnnxImport::charge_fill(const Shape& shape, DType type) {
  const uint64_t bytes = bytes_of(shape, type);
  if (bytes > fill_left_) throw bad_input("its constants unfold to more than 1 GiB");
  fill_left_ -= bytes;
}

}  // namespace fxe
