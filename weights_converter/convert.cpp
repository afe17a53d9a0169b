// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/convert.h"

#include "engine/mapped_file.h"
#include "engine/sha256.h"
#include "engine/utf8.h"
#include "weights_converter/graph_json/graph_json.h"
#include "weights_converter/safetensors/file.h"
#include "weights_converter/sharded_weights.h"

namespace fxe {

void write_converted(OutputFile& out, const Graph& graph, const TensorMap& tensors,
                     const std::filesystem::path& source, const std::string& network) {
  std::map<std::string, std::string, std::less<>> metadata{
      {"fxe.source", as_utf8(source.filename().string())},
      {"fxe.source_sha256", sha256_hex(MappedFile::open(file_in_folder(source))->bytes())}};
  if (network.empty())
    metadata["fxe.graph"] = graph_to_json(graph);
  else
    metadata["fxe.network"] = network;
  write_safetensors(out, tensors, metadata);
}

}  // namespace fxe
