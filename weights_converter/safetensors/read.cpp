// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weights_converter/graph_json/graph_json.h"
#include "weights_converter/printable.h"
#include "weights_converter/safetensors/file.h"
#include "weights_converter/safetensors/header.h"

namespace fxe {

namespace {

constexpr uint64_t kMaxHeader = 100'000'000;
constexpr size_t kPrefix = 8;

Tensor read_entry(const std::string& name, const SafetensorsEntry& entry, Bytes data,
                  const std::shared_ptr<const void>& owner) {
  const auto type = safetensors_dtype(entry.dtype);
  if (!type)
    throw bad_input("the tensor '{}' has type '{}'; fxe reads F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL",
                    printable(name), printable(entry.dtype, 20));
  if (entry.begin > entry.end || entry.end > data.size())
    throw bad_input("the tensor '{}' lies at bytes {} to {} of the data, which has {}; is the file complete?",
                    printable(name), entry.begin, entry.end, data.size());
  Shape shape;
  try {
    shape = Shape(entry.shape);
  } catch (const Error& e) {
    throw bad_input("the tensor '{}': {}", printable(name), e.what());
  }
  // Divides, because the product could overflow.
  const uint64_t bytes = entry.end - entry.begin;
  if (bytes % size_bytes(*type) != 0 || bytes / size_bytes(*type) != static_cast<uint64_t>(shape.elements()))
    throw bad_input("the tensor '{}' of shape {} and type {} has {} bytes", printable(name), shape.str(),
                    entry.dtype, bytes);
  return Tensor{*type, shape, data.subspan(entry.begin, bytes), owner};
}

// The tensors must tile the data, as the format demands: nothing would check bytes that no tensor owns.
void expect_tiling(const SafetensorsHeader& header, uint64_t size) {
  struct Range {
    uint64_t begin, end;
    std::string_view name;
  };
  std::vector<Range> ranges;
  for (const auto& [name, entry] : header.entries) ranges.push_back({entry.begin, entry.end, name});
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t end = 0;
  std::string_view before;
  for (const Range& r : ranges) {
    if (r.begin < end)
      throw bad_input(
          "the tensors '{}' and '{}' overlap: the second begins at byte {} of the data, the first ends at {}",
          printable(before), printable(r.name), r.begin, end);
    if (r.begin > end)
      throw bad_input("bytes {} to {} of the data, before '{}', belong to no tensor", end, r.begin,
                      printable(r.name));
    end = r.end;
    before = r.name;
  }
  if (end != size)
    throw bad_input("the tensors end at byte {} of the data, which has {}; is the file whole?", end, size);
}

}  // namespace

bool is_safetensors(Bytes file) {
  // A text file with '{' there would start with eight letters: a size past 2^60.
  if (file.size() <= kPrefix || file[kPrefix] != std::byte{'{'}) return false;
  return ByteReader(file, "").read<uint64_t>() <= uint64_t{1} << 40;
}

WeightFile read_safetensors(Bytes file, std::shared_ptr<const void> owner) {
  const auto header_bytes = ByteReader(file, "the file").read<uint64_t>();
  if (header_bytes > kMaxHeader)
    throw bad_input("the header's size is {} bytes; at most {} are allowed", header_bytes, kMaxHeader);
  if (header_bytes > file.size() - kPrefix)
    throw bad_input("the header's size is {} bytes, but only {} follow; is the file complete?", header_bytes,
                    file.size() - kPrefix);
  SafetensorsHeader header =
      parse_safetensors_header(as_text(file.subspan(kPrefix, static_cast<size_t>(header_bytes))));
  const Bytes data = file.subspan(kPrefix + static_cast<size_t>(header_bytes));

  WeightFile result;
  result.format = "safetensors";
  for (const auto& [name, entry] : header.entries)
    result.tensors.emplace(name, read_entry(name, entry, data, owner));
  expect_tiling(header, data.size());
  result.metadata = std::move(header.metadata);
  if (const auto graph = result.metadata.find("fxe.graph"); graph != result.metadata.end()) {
    try {
      result.graph = graph_from_json(graph->second);
    } catch (const Error& e) {
      throw bad_input("its metadata fxe.graph: {}", e.what());
    }
  }
  return result;
}

}  // namespace fxe
