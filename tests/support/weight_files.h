// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Writers of small weight files, honest or lying: seeds of the fuzz targets, and tests of hostile files.
namespace fxe::test {

// The bytes of a little-endian integer or float.
template <class T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

std::string safetensors_file(std::string_view header, std::string_view data);

struct ZipEntry {
  std::string name, content;
  bool deflate = false;
  // What the central directory states, if that is not the truth.
  std::optional<uint64_t> bytes = {}, stored_bytes = {}, local_header = {};
  bool zip64 = false;  // these three are in a zip64 field
  uint16_t flags = 0;
};
std::string zip_file(const std::vector<ZipEntry>& entries);

std::string deflated(std::string_view content);  // without a header: RFC 1951

// Pieces of pickles, protocol 2.
namespace pickle {
std::string text(std::string_view);
std::string integer(int32_t);
std::string global(std::string_view module, std::string_view name);
std::string tuple(std::initializer_list<std::string> items);
std::string storage(std::string_view type, std::string_view key, int32_t elements);
std::string tensor(const std::string& storage, int32_t offset, std::initializer_list<int32_t> shape,
                   std::initializer_list<int32_t> strides);
std::string dict(std::initializer_list<std::pair<std::string_view, std::string>> items);
std::string whole(const std::string& value);  // from PROTO to STOP
}  // namespace pickle

using Storages = std::vector<std::pair<std::string, std::string>>;  // key, content

// What torch.save writes around a pickle.
std::string torch_zip(const std::string& pickle, const Storages&, bool deflate = false);
std::string torch_legacy(const std::string& pickle, const Storages&, size_t element_bytes);

}  // namespace fxe::test
