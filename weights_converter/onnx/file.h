// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "weights_converter/byte_reader.h"
#include "weights_converter/weight_file.h"

namespace fxe {

// ONNX has no magic number: true if every top-level field is one of ModelProto's and there is a graph.
bool is_onnx(Bytes file);

// Reads an image classifier of operator sets 7 to 28, and of later ones as far as possible, into a Graph and
// the tensors it reads, named like the initializers. Throws bad_input without the file's name; one error
// lists all operators that fxe does not have. `folder`: the model's own, where external data is looked for.
WeightFile read_onnx(Bytes file, const std::filesystem::path& folder, const ReadChoices& = {});

// The files in the model's folder that its tensors name as external data, sorted.
std::set<std::string> onnx_external_files(Bytes file);

}  // namespace fxe
