// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "weights_converter/printable.h"
#include "weights_converter/safetensors/file.h"
#include "weights_converter/safetensors/header.h"

namespace fxe {

namespace {

using Entry = TensorMap::value_type;

std::vector<const Entry*> in_order(const TensorMap& tensors) {
  std::vector<const Entry*> order;
  for (const Entry& entry : tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return size_bytes(a->second.dtype) > size_bytes(b->second.dtype);
  });
  return order;
}

std::string header_text(const std::vector<const Entry*>& order,
                        const std::map<std::string, std::string, std::less<>>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const Entry* entry : order) {
    const auto& [name, tensor] = *entry;
    const auto dims = tensor.shape.dims();
    header[name] = {{"dtype", safetensors_name(tensor.dtype)},
                    {"shape", std::vector<int64_t>(dims.begin(), dims.end())},
                    {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins at a multiple of 8 bytes
  return text;
}

}  // namespace

void write_safetensors(OutputFile& file, const TensorMap& tensors,
                       const std::map<std::string, std::string, std::less<>>& metadata) {
  for (const auto& [name, tensor] : tensors)
    if (!tensor.factors.empty())
      throw run_time_error("the tensor '{}' cannot be written: it has factors", name);
  const auto order = in_order(tensors);
  std::string header;
  try {
    header = header_text(order, metadata);
  } catch (const nlohmann::json::exception&) {
    throw bad_input("{}: a tensor's name or metadata is not UTF-8, which safetensors needs",
                    file.name().string());
  }
  const uint64_t header_bytes = header.size();
  file.write({reinterpret_cast<const char*>(&header_bytes), sizeof(header_bytes)});
  file.write(header);
  for (const Entry* entry : order) file.write(as_text(entry->second.bytes));
}

void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string, std::less<>>& metadata) {
  OutputFile file(path);
  write_safetensors(file, tensors, metadata);
  file.commit();
}

}  // namespace fxe
