// SPDX-License-Identifier: Apache-2.0
#include "engine/image/gzip_file.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <memory>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kMaxBytes = size_t{64} << 20;
constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

bool is_gzip(std::span<const std::byte> file) {
  return file.size() >= 2 && file[0] == std::byte{0x1f} && file[1] == std::byte{0x8b};
}

std::vector<std::byte> gunzip(std::span<const std::byte> file) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw run_time_error("gzip: out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  inflateValidate(&stream, 0);  // fuzzers cannot guess the checksum
#endif
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(file.data()));
  stream.avail_in = static_cast<uInt>(std::min<size_t>(file.size(), UINT_MAX));
  std::vector<std::byte> out;
  int status = Z_OK;
  while (status == Z_OK) {
    constexpr size_t kStep = size_t{1} << 16;
    const size_t used = out.size();
    if (used >= kMaxBytes) throw bad_input("gzip: more than {} bytes in it", kMaxBytes);
    // Doubles, so that it grows no faster than the data that is really there.
    out.resize(std::min(kMaxBytes, std::max(2 * used, kStep)));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(out.size() - used);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  if (status == Z_BUF_ERROR) throw bad_input("gzip: the file is truncated");
  if (status != Z_STREAM_END) throw bad_input("gzip: the file is damaged");
  if (stream.avail_in > 0) throw bad_input("gzip: {} bytes after its end", stream.avail_in);
  return out;
}

}  // namespace fxe
