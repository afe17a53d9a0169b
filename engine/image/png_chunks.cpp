// SPDX-License-Identifier: Apache-2.0
#include "engine/image/png_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kSignature = 8;
constexpr size_t kAround = 12;  // length, type and CRC of a chunk
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr bool kChecked = false;  // fuzzers cannot guess a checksum
#else
constexpr bool kChecked = true;
#endif

uint32_t big_endian(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint32_t>(bytes[i]);
  return value;
}

// zlib's counts have 32 bits, as a chunk's have.
uint32_t crc_of(std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

void read_header(std::span<const std::byte> data, PngChunks& png) {
  if (data.size() != 13) throw bad_input("PNG: a header of {} bytes; expected 13", data.size());
  const auto byte = [&](size_t at) { return static_cast<int>(data[at]); };
  png.width = big_endian(data);
  png.height = big_endian(data.subspan(4));
  png.depth = byte(8);
  png.colour = static_cast<PngChunks::Colour>(byte(9));
  png.interlaced = byte(12) != 0;
  const auto depth_is = [&](auto... of) { return ((png.depth == of) || ...); };
  bool known = false;
  switch (png.colour) {
    case PngChunks::Colour::grey:
      known = depth_is(1, 2, 4, 8, 16);
      break;
    case PngChunks::Colour::indexed:
      known = depth_is(1, 2, 4, 8);
      break;
    case PngChunks::Colour::rgb:
    case PngChunks::Colour::grey_alpha:
    case PngChunks::Colour::rgb_alpha:
      known = depth_is(8, 16);
  }
  if (!known || byte(10) != 0 || byte(11) != 0 || byte(12) > 1)
    throw bad_input("PNG: {} bits of colour type {}, compression {}, filter {}, interlace {}: no such PNG",
                    png.depth, byte(9), byte(10), byte(11), byte(12));
}

Palette read_palette(std::span<const std::byte> data) {
  if (data.size() > 3 * 256) throw bad_input("PNG: a palette of more than 256 colours");
  Palette palette;
  for (size_t i = 0; i < data.size() / 3; ++i)
    palette.set(i, {static_cast<uint8_t>(data[3 * i]), static_cast<uint8_t>(data[3 * i + 1]),
                    static_cast<uint8_t>(data[3 * i + 2])});
  return palette;
}

size_t channels_of(PngChunks::Colour colour) {
  switch (colour) {
    case PngChunks::Colour::rgb:
      return 3;
    case PngChunks::Colour::grey_alpha:
      return 2;
    case PngChunks::Colour::rgb_alpha:
      return 4;
    case PngChunks::Colour::grey:
    case PngChunks::Colour::indexed:
      break;
  }
  return 1;
}

// Bytes of all rows, each with a filter byte; interlaced, of the seven pictures sent one by one.
uint64_t inflated_bytes(const PngChunks& png) {
  struct Pass {
    uint64_t x, y, dx, dy;
  };
  constexpr Pass kAll[] = {{0, 0, 1, 1}};
  constexpr Pass kAdam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                             {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  const uint64_t bits = channels_of(png.colour) * static_cast<uint64_t>(png.depth);
  uint64_t bytes = 0;
  for (const Pass& p : png.interlaced ? std::span<const Pass>(kAdam7) : std::span<const Pass>(kAll)) {
    // How many of x, x + dx, ... are below the width; x is below dx.
    const uint64_t width = (png.width + p.dx - 1 - p.x) / p.dx, height = (png.height + p.dy - 1 - p.y) / p.dy;
    if (width > 0) bytes += height * (1 + (width * bits + 7) / 8);
  }
  return bytes;
}

}  // namespace

PngChunks read_png_chunks(std::span<const std::byte> file) {
  PngChunks png;
  bool data_ended = false;
  for (size_t at = kSignature; at + kAround <= file.size();) {
    const size_t length = big_endian(file.subspan(at, 4));
    if (length > file.size() - at - kAround) break;
    const auto checked = file.subspan(at + 4, 4 + length), data = checked.subspan(4);
    if (kChecked && crc_of(checked) != big_endian(file.subspan(at + 8 + length, 4)))
      throw bad_input("PNG: the chunk at byte {} does not match its checksum; the file is damaged", at);
    const std::string_view type(reinterpret_cast<const char*>(checked.data()), 4);
    if ((at == kSignature) != (type == "IHDR"))
      throw bad_input("PNG: the header is not the first chunk, or not the only one");
    if (type == "IHDR") read_header(data, png);
    if (type == "PLTE" && png.data.empty()) png.palette = read_palette(data);
    if (type == "IDAT" && !data_ended) png.data.push_back(data);
    if (type != "IDAT" && !png.data.empty()) data_ended = true;  // IDAT chunks are consecutive
    if (type == "IEND") {
      if (png.colour == PngChunks::Colour::indexed && !png.palette)
        throw bad_input("PNG: indices without a palette");
      return png;
    }
    at += kAround + length;
  }
  throw bad_input("PNG: no IEND chunk found; the file is truncated");
}

void check_png_data(const PngChunks& png, size_t file_bytes) {
  uint64_t wanted = inflated_bytes(png);
  constexpr uint64_t kMostOfAByte = 1032;  // deflate's limit
  if (wanted / kMostOfAByte > file_bytes)
    throw bad_input("{} bytes cannot hold {}x{} pixels; the file is truncated or damaged", file_bytes,
                    png.width, png.height);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw run_time_error("PNG: out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  inflateValidate(&stream, 0);  // fuzzers cannot guess the checksum
#endif
  std::vector<Bytef> scratch(size_t{1} << 16);
  for (const auto& part : png.data) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    // Until it stops: it has read the part, or has no room left.
    int status = Z_OK;
    while (status == Z_OK) {
      const auto room = static_cast<uInt>(std::min<uint64_t>(wanted, scratch.size()));
      stream.next_out = scratch.data();
      stream.avail_out = room;
      status = inflate(&stream, Z_NO_FLUSH);
      wanted -= room - stream.avail_out;
    }
    if (status == Z_STREAM_END) break;
    if (status != Z_BUF_ERROR) throw bad_input("PNG: damaged: {}", stream.msg ? stream.msg : "not deflated");
  }
  if (wanted > 0) throw bad_input("PNG: the pixels end too early; the file is truncated");
}

std::vector<std::byte> stb_png(const PngChunks& png) {
  std::vector<std::byte> file;
  const auto append = [&](std::span<const std::byte> bytes) {
    file.insert(file.end(), bytes.begin(), bytes.end());
  };
  const auto number = [](size_t value) {
    std::array<std::byte, 4> bytes;
    for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>(value >> (24 - 8 * i) & 0xff);
    return bytes;
  };
  const auto chunk = [&](std::string_view type, std::span<const std::byte> data) {
    append(number(data.size()));
    append(std::as_bytes(std::span(type)));
    append(data);
    append(number(0));
  };
  size_t bytes = 2048;
  for (const auto& part : png.data) bytes += part.size() + kAround;
  file.reserve(bytes);
  append(std::as_bytes(std::span(std::string_view("\x89PNG\r\n\x1a\n"))));
  std::array<std::byte, 13> header{};
  std::ranges::copy(number(png.width), header.begin());
  std::ranges::copy(number(png.height), header.begin() + 4);
  header[8] = static_cast<std::byte>(png.depth);
  header[9] = static_cast<std::byte>(png.colour);
  header[12] = static_cast<std::byte>(png.interlaced);
  chunk("IHDR", header);
  if (png.colour == PngChunks::Colour::indexed) chunk("PLTE", std::as_bytes(png.palette->colours()));
  for (const auto& part : png.data) chunk("IDAT", part);
  chunk("IEND", {});
  return file;
}

}  // namespace fxe
