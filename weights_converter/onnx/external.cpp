// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/external.h"

#include <charconv>
#include <optional>

#include "engine/error.h"
#include "onnx.pb.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

uint64_t parse_bytes(const std::string& key, const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw bad_input("its external data has {} '{}'; expected a number of bytes", key, printable(text, 30));
  return value;
}

bool stays_inside(const std::filesystem::path& location) {
  if (location.empty() || location.is_absolute()) return false;
  for (const auto& part : location)
    if (part == "..") return false;
  return true;
}

}  // namespace

std::shared_ptr<const MappedFile> OnnxExternalData::open(const std::string& location) {
  if (location.find('\0') != location.npos || !stays_inside(location))
    throw bad_input("its external data is in '{}'; expected a file in the model's folder",
                    printable(location));
  const auto known = files_.find(location);
  if (known != files_.end()) return known->second;
  auto file = MappedFile::open(folder_ / location);
  file_bytes_ += file->bytes().size();
  return files_.emplace(location, std::move(file)).first->second;
}

OnnxExternalData::Part OnnxExternalData::read(const onnx::Tensor& tensor) {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = parse_bytes("offset", entry.value());
    if (entry.key() == "length") length = parse_bytes("length", entry.value());
  }
  const auto file = open(location);
  const Bytes bytes = file->bytes();
  if (offset > bytes.size() || length.value_or(0) > bytes.size() - offset)
    throw bad_input("its external data is {} bytes at {} of '{}', which has {} bytes; is the file complete?",
                    length.value_or(0), offset, printable(location), bytes.size());
  return {bytes.subspan(offset, length.value_or(bytes.size() - offset)), file};
}

}  // namespace fxe
