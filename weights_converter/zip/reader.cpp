// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/zip/reader.h"

#include <zlib.h>

#include "weights_converter/printable.h"
#include "weights_converter/zip/directory.h"
#include "weights_converter/zip/inflate.h"

namespace fxe {

namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr uint64_t kMaxRatio = 32, kMaxUnpacked = uint64_t{64} << 20;  // weights shrink by less than half

Bytes packed_bytes(Bytes file, std::string_view name, const ZipReader::Entry& entry) {
  ByteReader r(file.subspan(static_cast<size_t>(entry.local_header),
                            static_cast<size_t>(entry.end - entry.local_header)),
               "a zip entry, up to the next,");
  if (r.read<uint32_t>() != kLocalSignature)
    throw bad_input("the zip entry '{}' has no header at byte {}; the file is damaged", printable(name),
                    entry.local_header);
  r.take(22);
  const auto name_bytes = r.read<uint16_t>(), extra_bytes = r.read<uint16_t>();
  if (as_text(r.take(name_bytes)) != name)
    throw bad_input("the zip entry '{}' has another name in its own header; the file is damaged",
                    printable(name));
  r.take(extra_bytes);
  return r.take(entry.stored_bytes);
}

void check_crc(std::string_view name, Bytes bytes, uint32_t expected) {
  const uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  expected = static_cast<uint32_t>(crc);  // fuzzers cannot guess it
#endif
  if (crc != expected)
    throw bad_input("the zip entry '{}' has CRC {:08x}, expected {:08x}; the file is damaged",
                    printable(name), crc, expected);
}

}  // namespace

ZipReader::ZipReader(Bytes file, std::shared_ptr<const void> owner)
    : file_(file),
      owner_(std::move(owner)),
      entries_(read_zip_directory(file)),
      unpack_left_(kMaxRatio * file.size() + kMaxUnpacked) {}

SharedBytes ZipReader::read(std::string_view name, uint64_t limit) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw bad_input("the zip archive has no entry '{}'", printable(name));
  const Entry& entry = found->second;
  const Bytes packed = packed_bytes(file_, name, entry);
  SharedBytes result{packed, owner_};
  if (entry.method == kDeflated) {
    if (entry.bytes > limit)
      throw bad_input("the zip entry '{}' states {} bytes; at most {} are expected there", printable(name),
                      entry.bytes, limit);
    if (entry.bytes > unpack_left_)
      throw bad_input("the zip entries unpack to more than {} times the archive; store them unpacked",
                      kMaxRatio);
    unpack_left_ -= entry.bytes;
    auto unpacked = std::make_shared<const std::vector<std::byte>>(inflate_raw(packed, entry.bytes, name));
    result = {*unpacked, unpacked};
  } else if (entry.method != kStored) {
    throw bad_input("the zip entry '{}' is packed by method {}; fxe reads stored and deflated entries",
                    printable(name), entry.method);
  } else if (entry.bytes != entry.stored_bytes) {
    throw bad_input("the stored zip entry '{}' states {} and {} bytes; the file is damaged", printable(name),
                    entry.stored_bytes, entry.bytes);
  }
  check_crc(name, result.bytes, entry.crc32);
  return result;
}

bool is_zip(Bytes file) {
  return file.size() >= 4 && ByteReader(file, "").read<uint32_t>() == kLocalSignature;
}

}  // namespace fxe
