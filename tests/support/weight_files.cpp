// SPDX-License-Identifier: Apache-2.0
#include "tests/support/weight_files.h"

#include <zlib.h>

#include <stdexcept>

namespace fxe::test {

namespace {

constexpr uint32_t kIn64 = 0xffffffff;

uint32_t crc_of(std::string_view content) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
}

std::string local_entry(const ZipEntry& entry, const std::string& stored) {
  return "PK\x03\x04" + raw(uint16_t{20}) + raw(entry.flags) + raw(uint16_t(entry.deflate ? 8 : 0)) +
         raw(uint32_t{0}) + raw(crc_of(entry.content)) + raw(static_cast<uint32_t>(stored.size())) +
         raw(static_cast<uint32_t>(entry.content.size())) + raw(static_cast<uint16_t>(entry.name.size())) +
         raw(uint16_t{0}) + entry.name + stored;
}

std::string directory_entry(const ZipEntry& entry, uint64_t stored_bytes, uint64_t offset) {
  const uint64_t bytes = entry.bytes.value_or(entry.content.size());
  stored_bytes = entry.stored_bytes.value_or(stored_bytes);
  offset = entry.local_header.value_or(offset);
  const auto field = [&](uint64_t value) { return raw(entry.zip64 ? kIn64 : static_cast<uint32_t>(value)); };
  const std::string extra =
      entry.zip64 ? raw(uint16_t{1}) + raw(uint16_t{24}) + raw(bytes) + raw(stored_bytes) + raw(offset) : "";
  return "PK\x01\x02" + raw(uint16_t{20}) + raw(uint16_t{20}) + raw(entry.flags) +
         raw(uint16_t(entry.deflate ? 8 : 0)) + raw(uint32_t{0}) + raw(crc_of(entry.content)) +
         field(stored_bytes) + field(bytes) + raw(static_cast<uint16_t>(entry.name.size())) +
         raw(static_cast<uint16_t>(extra.size())) + std::string(10, '\0') + field(offset) + entry.name +
         extra;
}

template <class Items>
std::string joined(const Items& items) {
  std::string all;
  for (const auto& item : items) all += item;
  return all;
}

}  // namespace

std::string safetensors_file(std::string_view header, std::string_view data) {
  return raw(uint64_t{header.size()}) + std::string(header) + std::string(data);
}

std::string deflated(std::string_view content) {
  z_stream z{};
  if (deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib could not start");
  std::string out(deflateBound(&z, static_cast<uLong>(content.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  z.avail_in = static_cast<uInt>(content.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib could not deflate");
  return out;
}

std::string zip_file(const std::vector<ZipEntry>& entries) {
  std::string file, directory;
  for (const ZipEntry& entry : entries) {
    const std::string stored = entry.deflate ? deflated(entry.content) : entry.content;
    directory += directory_entry(entry, stored.size(), file.size());
    file += local_entry(entry, stored);
  }
  const auto count = static_cast<uint16_t>(entries.size());
  const auto offset = static_cast<uint32_t>(file.size());
  return file + directory + "PK\x05\x06" + raw(uint32_t{0}) + raw(count) + raw(count) +
         raw(static_cast<uint32_t>(directory.size())) + raw(offset) + raw(uint16_t{0});
}

namespace pickle {

std::string text(std::string_view value) {
  return "X" + raw(static_cast<uint32_t>(value.size())) + std::string(value);
}

std::string integer(int32_t value) { return "J" + raw(value); }

std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}

std::string tuple(std::initializer_list<std::string> items) { return "(" + joined(items) + "t"; }

std::string storage(std::string_view type, std::string_view key, int32_t elements) {
  return tuple({text("storage"), global("torch", type), text(key), text("cpu"), integer(elements)}) + "Q";
}

std::string tensor(const std::string& storage, int32_t offset, std::initializer_list<int32_t> shape,
                   std::initializer_list<int32_t> strides) {
  const auto numbers = [](std::initializer_list<int32_t> values) {
    std::string all = "(";
    for (const int32_t value : values) all += integer(value);
    return all + "t";
  };
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({storage, integer(offset), numbers(shape), numbers(strides), "\x89",
                global("collections", "OrderedDict") + ")R"}) +
         "R";
}

std::string dict(std::initializer_list<std::pair<std::string_view, std::string>> items) {
  std::string all = "}(";
  for (const auto& [name, value] : items) all += text(name) + value;
  return all + "u";
}

std::string whole(const std::string& value) { return "\x80\x02" + value + "."; }

}  // namespace pickle

std::string torch_zip(const std::string& pickle, const Storages& storages, bool deflate) {
  std::vector<ZipEntry> entries{{.name = "archive/data.pkl", .content = pickle, .deflate = deflate},
                                {.name = "archive/byteorder", .content = "little", .deflate = deflate}};
  for (const auto& [key, content] : storages)
    entries.push_back({.name = "archive/data/" + key, .content = content, .deflate = deflate});
  return zip_file(entries);
}

std::string torch_legacy(const std::string& pickle, const Storages& storages, size_t element_bytes) {
  const std::string magic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
  std::string keys = "](", data;
  for (const auto& [key, content] : storages) {
    keys += pickle::text(key);
    data += raw(uint64_t{content.size() / element_bytes}) + content;
  }
  return pickle::whole(magic) + pickle::whole("M" + raw(uint16_t{1001})) +
         pickle::whole(
             pickle::dict({{"protocol_version", "M" + raw(uint16_t{1001})}, {"little_endian", "\x88"}})) +
         pickle + pickle::whole(keys + "e") + data;
}

}  // namespace fxe::test
