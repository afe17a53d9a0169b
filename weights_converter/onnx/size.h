// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/byte_reader.h"

namespace fxe {

// Walks an ONNX file's fields before they are parsed: an empty node takes two bytes of file, but some hundred
// of memory. Throws bad_input for more than a million strings and messages, and if the file is cut off.
void expect_onnx_of_sound_size(Bytes file);

}  // namespace fxe
