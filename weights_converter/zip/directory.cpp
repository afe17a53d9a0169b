// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/zip/directory.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr uint32_t kEndSignature = 0x06054b50, kEnd64Signature = 0x06064b50, kLocatorSignature = 0x07064b50;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr size_t kEndSize = 22, kLocatorSize = 20, kMaxComment = 0xffff;
constexpr uint32_t kIn64 = 0xffffffff;  // the real value is in a zip64 field
constexpr uint16_t kZip64Field = 1, kEncrypted = 1;

struct Directory {
  uint64_t entries = 0, bytes = 0, offset = 0;
};

ByteReader at(Bytes file, uint64_t offset, const char* what) {
  if (offset > file.size()) throw bad_input("{} should be at byte {} of {}", what, offset, file.size());
  return ByteReader(file.subspan(static_cast<size_t>(offset)), what);
}

size_t find_end(Bytes file) {
  if (file.size() >= kEndSize) {
    const size_t lowest = file.size() - std::min(file.size(), kEndSize + kMaxComment);
    for (size_t i = file.size() - kEndSize + 1; i-- > lowest;)
      if (ByteReader(file.subspan(i), "").read<uint32_t>() == kEndSignature) return i;
  }
  throw bad_input("the zip archive has no end of central directory; is the file complete?");
}

Directory read_end64(Bytes file, size_t end) {
  ByteReader locator = at(file, end - kLocatorSize, "the zip64 locator");
  locator.take(8);
  ByteReader r = at(file, locator.read<uint64_t>(), "the zip64 end of central directory");
  if (r.read<uint32_t>() != kEnd64Signature) throw bad_input("the zip64 end of central directory is damaged");
  r.take(8 + 2 + 2 + 4 + 4 + 8);  // sizes, versions, disks, entries on this disk
  Directory directory;
  directory.entries = r.read<uint64_t>();
  directory.bytes = r.read<uint64_t>();
  directory.offset = r.read<uint64_t>();
  return directory;
}

Directory find_directory(Bytes file) {
  const size_t end = find_end(file);
  if (end >= kLocatorSize &&
      ByteReader(file.subspan(end - kLocatorSize), "").read<uint32_t>() == kLocatorSignature)
    return read_end64(file, end);
  ByteReader r = at(file, end + 4, "the end of central directory");
  const auto disk = r.read<uint16_t>(), first_disk = r.read<uint16_t>();
  if (disk != 0 || first_disk != 0) throw bad_input("the zip archive is one of several parts");
  r.take(2);
  Directory directory;
  directory.entries = r.read<uint16_t>();
  directory.bytes = r.read<uint32_t>();
  directory.offset = r.read<uint32_t>();
  return directory;
}

// Replaces fields that hold kIn64 by those of the zip64 extra field, which has only these, in this order.
void read_zip64_field(ByteReader extra, ZipReader::Entry& entry) {
  while (extra.left() >= 4) {
    const auto id = extra.read<uint16_t>();
    ByteReader field(extra.take(extra.read<uint16_t>()), "a zip64 field");
    if (id != kZip64Field) continue;
    for (uint64_t* value : {&entry.bytes, &entry.stored_bytes, &entry.local_header})
      if (*value == kIn64) *value = field.read<uint64_t>();
    return;
  }
}

std::pair<std::string, ZipReader::Entry> read_entry(ByteReader& r) {
  if (r.read<uint32_t>() != kEntrySignature)
    throw bad_input("the zip archive's central directory is damaged at its byte {}", r.position() - 4);
  ZipReader::Entry entry;
  r.take(4);  // versions
  const auto flags = r.read<uint16_t>();
  entry.method = r.read<uint16_t>();
  r.take(4);  // time
  entry.crc32 = r.read<uint32_t>();
  entry.stored_bytes = r.read<uint32_t>();
  entry.bytes = r.read<uint32_t>();
  const auto name_bytes = r.read<uint16_t>(), extra_bytes = r.read<uint16_t>(),
             comment_bytes = r.read<uint16_t>();
  r.take(2 + 2 + 4);  // disk, attributes
  entry.local_header = r.read<uint32_t>();
  std::string name(as_text(r.take(name_bytes)));
  read_zip64_field(ByteReader(r.take(extra_bytes), "a zip entry's extra field"), entry);
  r.take(comment_bytes);
  if (flags & kEncrypted) throw bad_input("the zip entry '{}' is encrypted", printable(name));
  return {std::move(name), entry};
}

// No entry may reach into the next: archives whose entries share bytes could unpack to any size.
void find_ends(ZipReader::Entries& entries, uint64_t directory_offset) {
  std::vector<std::pair<uint64_t, const std::string*>> order;
  for (const auto& [name, entry] : entries) order.emplace_back(entry.local_header, &name);
  std::sort(order.begin(), order.end());
  uint64_t end = directory_offset;
  for (size_t i = order.size(); i-- > 0;) {
    const auto& [begin, name] = order[i];
    if (begin >= end)
      throw bad_input("the zip entry '{}' begins at byte {}, where another begins, or past the last at {}",
                      printable(*name), begin, directory_offset);
    entries.find(*name)->second.end = std::exchange(end, begin);
  }
}

}  // namespace

ZipReader::Entries read_zip_directory(Bytes file) {
  const Directory directory = find_directory(file);
  if (directory.offset > file.size() || directory.bytes > file.size() - directory.offset)
    throw bad_input(
        "the zip archive's central directory should be {} bytes at byte {} of {}; is the file complete?",
        directory.bytes, directory.offset, file.size());
  ByteReader r(file.subspan(static_cast<size_t>(directory.offset), static_cast<size_t>(directory.bytes)),
               "the zip archive's central directory");
  ZipReader::Entries entries;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    auto [name, entry] = read_entry(r);
    if (!entries.emplace(name, entry).second)
      throw bad_input("the zip archive has two entries '{}'", printable(name));
  }
  find_ends(entries, directory.offset);
  return entries;
}

}  // namespace fxe
