// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "engine/mapped_file.h"
#include "weights_converter/byte_reader.h"

namespace fxe {

namespace onnx {
class Tensor;
}

// The files beside a model that hold its large tensors (ONNX external data), mapped once each. A model may
// only name files in or below its own folder. Links in that folder are followed: they are the user's.
class OnnxExternalData {
 public:
  explicit OnnxExternalData(std::filesystem::path folder) : folder_(std::move(folder)) {}

  struct Part {
    Bytes bytes;
    std::shared_ptr<const void> owner;
  };
  // The bytes that a tensor's external_data names. Throws bad_input if the file does not exist, lies
  // elsewhere, or is too short.
  Part read(const onnx::Tensor&);

  uint64_t file_bytes() const { return file_bytes_; }  // of all files read so far

 private:
  std::shared_ptr<const MappedFile> open(const std::string& location);

  std::filesystem::path folder_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;
  uint64_t file_bytes_ = 0;
};

}  // namespace fxe
