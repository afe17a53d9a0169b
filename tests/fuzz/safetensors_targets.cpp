// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/target.h"
#include "tests/support/weight_files.h"
#include "weights_converter/safetensors/file.h"
#include "weights_converter/sharded_weights.h"

namespace fxe::fuzz {

namespace {

using test::safetensors_file;

void run_file(Bytes input) {
  if (!is_safetensors(input)) throw bad_input("not safetensors");
  for (const auto& [name, tensor] : read_safetensors(input, nullptr).tensors) touch(tensor.bytes);
}

std::vector<std::string> file_seeds() {
  return {
      safetensors_file("{}", ""),
      safetensors_file(R"({"__metadata__":{"format":"pt","fxe.network":"resnet18"}})", ""),
      safetensors_file(R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", "12345678"),
      safetensors_file(R"({"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                       R"("a":{"shape":[3],"data_offsets":[8,11],"dtype":"BOOL"},)"
                       R"("none":{"dtype":"F16","shape":[0,4],"data_offsets":[11,11]}}   )",
                       "12345678901"),
      safetensors_file(
          R"({"__metadata__":{"fxe.graph":"{\"schema\":\"fxe.graph/1\",\"output\":0,\"nodes\":[]}"},)"
          R"("w":{"dtype":"BF16","shape":[1,2,1,2],"data_offsets":[0,8]}})",
          "abcdefgh"),
  };
}

void run_index(Bytes input) {
  for (const auto& [file, tensors] : parse_weight_index(as_text(input))) {
    const std::filesystem::path path(file);
    if (tensors.empty() || path.filename() != path || file == "..")
      throw std::logic_error("a file out of the folder");
  }
}

std::vector<std::string> index_seeds() {
  return {
      R"({"metadata": {"total_size": 72}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors", "c": "1.safetensors"}})",
      R"({"weight_map":{"w":"..."}})"};
}

}  // namespace

Target safetensors() { return {"safetensors", 4096, run_file, file_seeds}; }
Target safetensors_index() { return {"safetensors_index", 1024, run_index, index_seeds}; }

}  // namespace fxe::fuzz
