// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "weights_converter/byte_reader.h"

namespace fxe {

// Bytes and what keeps them alive.
struct SharedBytes {
  Bytes bytes;
  std::shared_ptr<const void> owner;
};

// A zip archive (also zip64) in memory, read by its central directory; stored and deflated entries. Throws
// bad_input, without the file's name, for archives that are damaged, encrypted, in parts, name an entry
// twice, or have overlapping entries: reading all entries looks at every byte of the file at most once.
class ZipReader {
 public:
  struct Entry {
    uint16_t method = 0;  // 0 stored, 8 deflated
    uint32_t crc32 = 0;
    uint64_t stored_bytes = 0, bytes = 0;  // in the archive; unpacked
    uint64_t local_header = 0;
    uint64_t end = 0;  // where the next entry or the directory begins
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  ZipReader(Bytes file, std::shared_ptr<const void> owner);

  const Entries& entries() const { return entries_; }

  // The entry's content: part of the file if it is stored, a new buffer if it is deflated. A deflated entry
  // may unpack to at most `limit` bytes, and memory is taken as they come, whatever the directory states; all
  // entries read together may unpack to 32 times the archive plus 64 MiB. Checks the CRC.
  SharedBytes read(std::string_view name, uint64_t limit);

 private:
  Bytes file_;
  std::shared_ptr<const void> owner_;
  Entries entries_;
  uint64_t unpack_left_;
};

bool is_zip(Bytes file);

}  // namespace fxe
