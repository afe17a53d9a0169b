// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/file.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>

#include "onnx.pb.h"
#include "weights_converter/onnx/graph.h"
#include "weights_converter/onnx/size.h"

namespace fxe {

namespace {

using google::protobuf::io::CodedInputStream;

constexpr uint32_t kVarint = 0, kLength = 2;

// ModelProto's field numbers, to 26 (configuration), and the wire type of each.
uint32_t expected_wire(uint32_t field) { return field == 1 || field == 5 ? kVarint : kLength; }

CodedInputStream stream_of(Bytes file) {
  return CodedInputStream(reinterpret_cast<const uint8_t*>(file.data()), static_cast<int>(file.size()));
}

bool fits(Bytes file) { return file.size() <= static_cast<size_t>(std::numeric_limits<int>::max()); }

}  // namespace

bool is_onnx(Bytes file) {
  if (!fits(file)) return false;
  CodedInputStream stream = stream_of(file);
  bool graph = false;
  while (const uint32_t tag = stream.ReadTag()) {
    const uint32_t field = tag >> 3, wire = tag & 7;
    if (field > 26 || wire != expected_wire(field)) return false;
    if (field == 7) graph = true;
    uint64_t value = 0;
    if (wire == kVarint && !stream.ReadVarint64(&value)) return graph;
    if (wire == kLength) {
      uint32_t size = 0;
      // A file that ends inside its graph is a damaged ONNX file; the parser says where.
      if (!stream.ReadVarint32(&size) || size > std::numeric_limits<int>::max() ||
          !stream.Skip(static_cast<int>(size)))
        return graph;
    }
  }
  return graph;
}

namespace {

std::shared_ptr<onnx::Model> parse(Bytes file) {
  expect_onnx_of_sound_size(file);
  auto model = std::make_shared<onnx::Model>();
  CodedInputStream stream = stream_of(file);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  if (!model->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    throw bad_input("is not a whole ONNX model: its protobuf breaks off or is damaged near byte {} of {}",
                    stream.CurrentPosition(), file.size());
  return model;
}

void add_external(const onnx::Tensor& tensor, std::set<std::string>& files) {
  for (const auto& entry : tensor.external_data())
    if (entry.key() == "location") files.insert(entry.value());
}

}  // namespace

std::set<std::string> onnx_external_files(Bytes file) {
  std::set<std::string> files;
  const auto model = parse(file);
  for (const auto& tensor : model->graph().initializer()) add_external(tensor, files);
  for (const auto& tensor : model->graph().sparse_initializer()) {
    add_external(tensor.values(), files);
    add_external(tensor.indices(), files);
  }
  for (const auto& node : model->graph().node())
    for (const auto& attribute : node.attribute()) add_external(attribute.t(), files);
  return files;
}

WeightFile read_onnx(Bytes file, const std::filesystem::path& folder, const ReadChoices& choices) {
  WeightFile result = import_onnx(parse(file), file.size(), folder, choices);
  result.format = "ONNX";
  return result;
}

}  // namespace fxe
