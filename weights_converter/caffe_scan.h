// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/byte_reader.h"

namespace fxe {

struct CaffeScan {
  bool is_net = false;  // every top-level field is one of NetParameter's, and there are layers
  size_t fields = 0;    // messages and strings, data of blobs aside
};

// Far more than any network has. Each takes up to some hundred bytes when it is parsed, but two in the file.
constexpr size_t kMaxCaffeFields = size_t{1} << 17;

// Walks the file before it is parsed, without taking memory; stops where it is damaged, or has passed the
// limit.
CaffeScan scan_caffe(Bytes file);

}  // namespace fxe
