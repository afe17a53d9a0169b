// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/source_files.h"

#include "engine/mapped_file.h"
#include "weights_converter/byte_reader.h"
#include "weights_converter/onnx/file.h"
#include "weights_converter/sharded_weights.h"

namespace fxe {

std::vector<std::filesystem::path> weight_files_of(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files = {file_in_folder(path)};
  const auto first = MappedFile::open(files[0]);
  const auto folder = files[0].parent_path();
  if (is_weight_index(files[0])) {
    for (const auto& [name, tensors] : parse_weight_index(as_text(first->bytes())))
      files.push_back(folder / name);
  } else if (is_onnx(first->bytes())) {
    for (const auto& name : onnx_external_files(first->bytes())) files.push_back(folder / name);
  }
  return files;
}

}  // namespace fxe
