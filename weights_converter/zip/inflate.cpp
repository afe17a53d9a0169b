// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/zip/inflate.h"

#include <zlib.h>

#include <algorithm>

#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr size_t kPiece = size_t{1} << 20;

struct Stream {
  z_stream z{};
  Stream() {
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) throw run_time_error("zlib could not start: out of memory?");
  }
  ~Stream() { inflateEnd(&z); }
};

}  // namespace

std::vector<std::byte> inflate_raw(Bytes packed, uint64_t size, std::string_view what) {
  Stream stream;
  z_stream& z = stream.z;
  std::vector<std::byte> out;
  size_t consumed = 0;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    // One byte more than stated, to notice a stream that goes on.
    const auto room = static_cast<size_t>(std::min<uint64_t>(kPiece, size - out.size() + 1));
    const size_t before = out.size(), fed = std::min(kPiece, packed.size() - consumed);
    out.resize(before + room);
    z.next_in =
        reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + consumed));  // zlib's old signature
    z.avail_in = static_cast<uInt>(fed);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = static_cast<uInt>(room);
    status = inflate(&z, Z_NO_FLUSH);
    consumed += fed - z.avail_in;
    out.resize(before + room - z.avail_out);
    if (out.size() > size)
      throw bad_input("'{}' unpacks to more than the {} bytes that it states", printable(what), size);
    if (status != Z_OK && status != Z_STREAM_END)
      throw bad_input("'{}' cannot be unpacked: damaged after {} bytes", printable(what), out.size());
  }
  if (out.size() != size)
    throw bad_input("'{}' unpacks to {} bytes, but states {}", printable(what), out.size(), size);
  return out;
}

}  // namespace fxe
