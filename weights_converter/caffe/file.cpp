// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/file.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>

#include "caffe.pb.h"
#include "weights_converter/caffe/blob.h"
#include "weights_converter/caffe/graph.h"
#include "weights_converter/caffe/scan.h"

namespace fxe {

namespace {

using google::protobuf::io::CodedInputStream;

CodedInputStream stream_of(Bytes file) {
  return CodedInputStream(reinterpret_cast<const uint8_t*>(file.data()), static_cast<int>(file.size()));
}

template <class Message>
std::shared_ptr<const Message> parse(Bytes file, const char* what) {
  if (file.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    throw bad_input("has {} bytes; a protobuf file has less than 2^31", file.size());
  auto message = std::make_shared<Message>();
  CodedInputStream stream = stream_of(file);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  if (!message->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    throw bad_input("is not a whole {}: its protobuf breaks off or is damaged near byte {} of {}", what,
                    stream.CurrentPosition(), file.size());
  return message;
}

}  // namespace

bool is_caffe(Bytes file) { return scan_caffe(file).is_net; }

WeightFile read_caffe(Bytes file, const std::optional<Input>& size) {
  if (const size_t fields = scan_caffe(file).fields; fields > kMaxCaffeFields)
    throw bad_input("has {} layers, blobs and names or more; expected at most {}", fields, kMaxCaffeFields);
  WeightFile result = import_caffe(parse<caffe::Net>(file, "caffemodel"), size);
  result.format = "Caffe";
  return result;
}

Tensor read_caffe_mean(Bytes file) {
  const auto blob = parse<caffe::Blob>(file, "mean image (binaryproto)");
  Tensor mean;
  try {
    mean = read_caffe_blob(*blob, blob);
  } catch (const Error& e) {
    throw bad_input("the mean image {}", e.what());
  }
  Shape& shape = mean.shape;
  if (shape.rank() == 4 && shape[0] == 1) shape = {shape[1], shape[2], shape[3]};
  if (shape.rank() != 3 || shape[0] != 3 || shape.elements() == 0)
    throw bad_input("expected a mean image of shape [1, 3, h, w], found {}", shape.str());
  return mean;
}

}  // namespace fxe
