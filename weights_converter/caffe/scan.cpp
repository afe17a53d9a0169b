// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/scan.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>

namespace fxe {

namespace {

using google::protobuf::io::CodedInputStream;

constexpr uint32_t kVarint = 0, kEightBytes = 1, kLength = 2, kFourBytes = 5;
constexpr uint32_t kV1Layers = 2, kInputDim = 4, kLayers = 100;

bool net_has(uint32_t field, uint32_t wire) {
  switch (field) {
    case 1:  // name
    case kV1Layers:
    case 3:  // input
    case 6:  // state
    case 8:  // input_shape
    case kLayers:
      return wire == kLength;
    case kInputDim:
      return wire == kVarint || wire == kLength;
    case 5:  // force_backward
    case 7:  // debug_info
      return wire == kVarint;
    default:  // fields of forks, such as NVIDIA's
      return field >= 9 && field <= 30 && (wire == kVarint || wire == kLength || wire == kFourBytes);
  }
}

struct Scanner {
  explicit Scanner(Bytes file)
      : stream(reinterpret_cast<const uint8_t*>(file.data()), static_cast<int>(file.size())) {}

  CodedInputStream stream;
  CaffeScan result;

  // Counts nothing in a layer or message that cannot be walked: the parser will say where it breaks.
  void count_fields(int depth) {
    while (const uint32_t tag = stream.ReadTag()) {
      uint64_t number = 0;
      uint32_t size = 0;
      switch (tag & 7) {
        case kVarint:
          if (!stream.ReadVarint64(&number)) return;
          continue;
        case kEightBytes:
          if (!stream.Skip(8)) return;
          continue;
        case kFourBytes:
          if (!stream.Skip(4)) return;
          continue;
        case kLength:
          if (!stream.ReadVarint32(&size) || !inside(size, depth)) return;
          continue;
        default:
          return;
      }
    }
  }

  // A field of `size` bytes that may be a message: counts what would be its fields, then continues after it.
  bool inside(uint32_t size, int depth) {
    if (++result.fields > kMaxCaffeFields) return false;
    const int start = stream.CurrentPosition();
    if (size > static_cast<uint32_t>(std::numeric_limits<int>::max() - start)) return false;
    const int end = start + static_cast<int>(size);
    if (depth > 0) {
      const auto limit = stream.PushLimit(static_cast<int>(size));
      count_fields(depth - 1);
      stream.PopLimit(limit);
    }
    if (result.fields > kMaxCaffeFields) return false;
    return stream.Skip(end - stream.CurrentPosition());
  }
};

}  // namespace

CaffeScan scan_caffe(Bytes file) {
  if (file.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return {};
  Scanner scanner(file);
  CaffeScan& result = scanner.result;
  while (const uint32_t tag = scanner.stream.ReadTag()) {
    const uint32_t field = tag >> 3, wire = tag & 7;
    if (!net_has(field, wire)) return {};
    if (field == kV1Layers || field == kLayers) result.is_net = true;
    uint64_t number = 0;
    uint32_t size = 0;
    if (wire == kVarint && !scanner.stream.ReadVarint64(&number)) break;
    if (wire == kFourBytes && !scanner.stream.Skip(4)) break;
    if (wire == kLength && (!scanner.stream.ReadVarint32(&size) || !scanner.inside(size, 2))) break;
  }
  return result;
}

}  // namespace fxe
