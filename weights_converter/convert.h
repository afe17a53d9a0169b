// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "engine/files/output_file.h"
#include "engine/tensor.h"
#include "layers/graph.h"

namespace fxe {

// Writes a model as safetensors: the tensors bit for bit in their own types, and as metadata
//   fxe.network        the builder's spec, if `network` is not empty; otherwise
//   fxe.graph          the graph as JSON (graph_json.h)
//   fxe.source         the file name of `source`
//   fxe.source_sha256  and its SHA-256
// read_weight_file reads them back, with the graph.
void write_converted(OutputFile& out, const Graph&, const TensorMap&, const std::filesystem::path& source,
                     const std::string& network);

}  // namespace fxe
