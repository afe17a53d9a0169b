// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/byte_reader.h"

namespace fxe {

struct CaffeScan {
  bool is_net = false;  // every top-level field is one of NetParameter's, and there are layers
  size_t fields = 0;    // messages and strings, except the data of blobs
};

// Far more than any network has. A field takes up to some hundred bytes when parsed, but only two in
// the file.
constexpr size_t kMaxCaffeFields = size_t{1} << 17;

// Walks the file before it is parsed, without taking memory; stops at damage or past the limit.
CaffeScan scan_caffe(Bytes file);

}  // namespace fxe
