// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "weights_converter/byte_reader.h"
#include "weights_converter/tensor_file.h"

namespace fxe {

// ONNX has no magic number: true where every top-level field is one of ModelProto's and there is a graph.
bool is_onnx(Bytes file);

// Reads an image classifier of operator sets 7 to 28, and later ones where that goes, into a Graph and the
// tensors it reads, named like the initializers. Throws bad_input without the file's name; operators that fxe
// does not have are all listed in one error. `folder`: the model's own, which external data is looked for in.
TensorFile read_onnx(Bytes file, const std::filesystem::path& folder, const ReadChoices& = {});

// The files in the model's folder that its tensors name as their external data, sorted.
std::set<std::string> onnx_external_files(Bytes file);

}  // namespace fxe
