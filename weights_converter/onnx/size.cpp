// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/size.h"

#include <google/protobuf/io/coded_stream.h>

#include <array>
#include <limits>

namespace fxe {

namespace {

using google::protobuf::io::CodedInputStream;

enum class Message {
  model,
  graph,
  node,
  attribute,
  tensor,
  sparse_tensor,
  value_info,
  type,
  tensor_type,
  shape,
  flat
};

struct Field {
  Message parent;
  uint32_t number;
  Message child;
};

// The fields of onnx.proto that are messages containing messages.
constexpr std::array<Field, 14> kFields{{{Message::model, 7, Message::graph},
                                         {Message::graph, 1, Message::node},
                                         {Message::graph, 5, Message::tensor},
                                         {Message::graph, 11, Message::value_info},
                                         {Message::graph, 12, Message::value_info},
                                         {Message::graph, 15, Message::sparse_tensor},
                                         {Message::node, 5, Message::attribute},
                                         {Message::attribute, 5, Message::tensor},
                                         {Message::attribute, 22, Message::sparse_tensor},
                                         {Message::sparse_tensor, 1, Message::tensor},
                                         {Message::sparse_tensor, 2, Message::tensor},
                                         {Message::value_info, 2, Message::type},
                                         {Message::type, 1, Message::tensor_type},
                                         {Message::tensor_type, 2, Message::shape}}};
constexpr int kMaxObjects = 1'000'000;
constexpr uint32_t kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5;

Message child_of(Message parent, uint32_t number) {
  for (const Field& field : kFields)
    if (field.parent == parent && field.number == number) return field.child;
  return Message::flat;
}

class Walk {
 public:
  explicit Walk(Bytes file)
      : size_(file.size()),
        stream_(reinterpret_cast<const uint8_t*>(file.data()), static_cast<int>(file.size())) {
    stream_.SetTotalBytesLimit(std::numeric_limits<int>::max());
  }

  // Walks all fields up to the end of the message. Its depth is that of kFields.
  void message(Message kind) {
    while (const uint32_t tag = stream_.ReadTag()) field(child_of(kind, tag >> 3), tag & 7);
    if (!stream_.ConsumedEntireMessage()) throw damaged();
  }

 private:
  void field(Message child, uint32_t wire) {
    uint64_t ignored = 0;
    if (wire == kVarint) return expect(stream_.ReadVarint64(&ignored));
    if (wire == kFixed64) return expect(stream_.Skip(8));
    if (wire == kFixed32) return expect(stream_.Skip(4));
    uint32_t bytes = 0;
    expect(wire == kLength && stream_.ReadVarint32(&bytes) &&
           bytes <= static_cast<uint32_t>(std::numeric_limits<int>::max()));
    if (++objects_ > kMaxObjects)
      throw bad_input("the model has more than {} nodes, attributes and names", kMaxObjects);
    const int left = stream_.BytesUntilLimit(), room = left < 0 ? left_in_file() : left;
    expect(static_cast<int>(bytes) <= room);
    if (child == Message::flat) return expect(stream_.Skip(static_cast<int>(bytes)));
    const auto outer = stream_.PushLimit(static_cast<int>(bytes));
    message(child);
    stream_.PopLimit(outer);
  }

  int left_in_file() const { return static_cast<int>(size_) - stream_.CurrentPosition(); }

  void expect(bool sound) const {
    if (!sound) throw damaged();
  }

  Error damaged() const {
    return bad_input("is not a whole ONNX model: its protobuf breaks off or is damaged near byte {} of {}",
                     stream_.CurrentPosition(), size_);
  }

  size_t size_;
  CodedInputStream stream_;
  int objects_ = 0;
};

}  // namespace

void expect_onnx_of_sound_size(Bytes file) { Walk(file).message(Message::model); }

}  // namespace fxe
