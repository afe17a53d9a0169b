// SPDX-License-Identifier: Apache-2.0
#include "engine/input/decode_png.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "engine/error.h"
#include "engine/input/decode_limits.h"
#include "engine/input/png_chunks.h"

namespace fxe {

namespace {

using Colour = PngChunks::Colour;

size_t channels_of(Colour colour) {
  switch (colour) {
    case Colour::rgb:
      return 3;
    case Colour::grey_alpha:
      return 2;
    case Colour::rgb_alpha:
      return 4;
    case Colour::grey:
    case Colour::indexed:
      return 1;
  }
  return 1;
}

// The pixels of one pass: those at (x + i dx, y + j dy).
struct Pass {
  size_t x, y, dx, dy, width = 0, height = 0, row_bytes = 0;
};

// Those of Adam7, or the only one.
std::vector<Pass> passes_of(const PngChunks& png) {
  std::vector<Pass> passes = {{0, 0, 1, 1}};
  if (png.interlaced)
    passes = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  const size_t bits = channels_of(png.colour) * static_cast<size_t>(png.depth);
  for (Pass& p : passes) {
    p.width = (png.width + p.dx - 1 - std::min<size_t>(p.x, png.width + p.dx - 1)) / p.dx;
    p.height = (png.height + p.dy - 1 - std::min<size_t>(p.y, png.height + p.dy - 1)) / p.dy;
    p.row_bytes = (p.width * bits + 7) / 8;
  }
  std::erase_if(passes, [](const Pass& p) { return p.width == 0 || p.height == 0; });
  return passes;
}

// Fills `out` with the start of what is deflated. More than that is let pass, and so is a missing checksum,
// but not a wrong one: as in Pillow.
void inflate_into(const std::vector<std::span<const std::byte>>& parts, std::span<uint8_t> out) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw run_time_error("PNG: out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  inflateValidate(&stream, 0);  // no fuzzer guesses the checksum
#endif
  size_t filled = 0;
  int status = Z_OK;
  for (const auto& part : parts) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    // Until it can do no more: it has read the part, or has no room left.
    for (status = Z_OK; status == Z_OK;) {
      const auto room = static_cast<uInt>(std::min(out.size() - filled, size_t{1} << 30));
      stream.next_out = out.data() + filled;
      stream.avail_out = room;
      status = inflate(&stream, Z_NO_FLUSH);
      filled += room - stream.avail_out;
    }
    if (status == Z_STREAM_END) break;
    if (status != Z_BUF_ERROR) throw bad_input("PNG: damaged: {}", stream.msg ? stream.msg : "not deflated");
  }
  if (filled < out.size()) throw bad_input("PNG: the pixels end too early; the file is truncated");
}

uint8_t paeth(int left, int above, int corner) {
  const int to_left = std::abs(above - corner), to_above = std::abs(left - corner),
            to_corner = std::abs(left + above - 2 * corner);
  if (to_left <= to_above && to_left <= to_corner) return static_cast<uint8_t>(left);
  return static_cast<uint8_t>(to_above <= to_corner ? above : corner);
}

// Takes PNG's prediction back, in place; `above` is the row before, done. A pixel has `step` bytes, at
// least 1.
void unfilter(int filter, std::span<uint8_t> row, const uint8_t* above, size_t step) {
  const size_t first = std::min(step, row.size());
  const auto add = [&](size_t begin, size_t end, auto prediction) {
    for (size_t i = begin; i < end; ++i) row[i] = static_cast<uint8_t>(row[i] + prediction(i));
  };
  switch (filter) {
    case 0:
      return;
    case 1:
      return add(first, row.size(), [&](size_t i) { return row[i - step]; });
    case 2:
      return add(0, row.size(), [&](size_t i) { return above[i]; });
    case 3:
      add(0, first, [&](size_t i) { return above[i] / 2; });
      return add(first, row.size(), [&](size_t i) { return (row[i - step] + above[i]) / 2; });
    case 4:
      add(0, first, [&](size_t i) { return above[i]; });
      return add(first, row.size(),
                 [&](size_t i) { return paeth(row[i - step], above[i], above[i - step]); });
    default:
      throw bad_input("PNG: filter {}; expected 0 to 4", filter);
  }
}

// A row of samples -> RGB, a pixel every 3 * dx bytes.
void to_rgb(const PngChunks& png, const uint8_t* row, size_t width, size_t dx, uint8_t* out) {
  const size_t step = channels_of(png.colour) * static_cast<size_t>(png.depth) / 8;
  const size_t bytes = png.depth == 16 ? 2 : 1;
  const auto each = [&](auto colour) {
    for (size_t x = 0; x < width; ++x, out += 3 * dx) {
      const Palette::Rgb rgb = colour(x);
      out[0] = rgb[0], out[1] = rgb[1], out[2] = rgb[2];
    }
  };
  const auto grey = [](uint8_t value) -> Palette::Rgb { return {value, value, value}; };
  if (png.depth < 8) {
    const auto depth = static_cast<size_t>(png.depth), in_byte = 8 / depth;
    const unsigned largest = (1u << depth) - 1;
    return each([&](size_t x) -> Palette::Rgb {
      const unsigned value = row[x / in_byte] >> (8 - depth * (x % in_byte + 1)) & largest;
      if (png.palette) return (*png.palette)[static_cast<uint8_t>(value)];
      return grey(static_cast<uint8_t>(value * 255 / largest));
    });
  }
  switch (png.colour) {
    case Colour::indexed:
      return each([&](size_t x) { return (*png.palette)[row[x]]; });
    case Colour::grey:
      if (png.depth == 16)  // Pillow's convert("RGB") clips, and does not scale
        return each([&](size_t x) { return grey(row[2 * x] ? 255 : row[2 * x + 1]); });
      return each([&](size_t x) { return grey(row[x]); });
    case Colour::grey_alpha:
      return each([&](size_t x) { return grey(row[x * step]); });
    case Colour::rgb:
    case Colour::rgb_alpha:
      return each([&](size_t x) -> Palette::Rgb {
        const uint8_t* at = row + x * step;
        return {at[0], at[bytes], at[2 * bytes]};
      });
  }
}

}  // namespace

void decode_png(std::span<const std::byte> file, size_t stored_bytes, Image& image) {
  PngChunks png = read_png_chunks(file);
  check_claimed_size(png.width, png.height, stored_bytes);
  if (png.colour != Colour::indexed)
    png.palette.reset();  // such a palette is a suggestion
  else if (!png.palette)
    throw bad_input("PNG: indices without a palette");
  const auto passes = passes_of(png);
  size_t bytes = 0;
  for (const Pass& p : passes) bytes += p.height * (1 + p.row_bytes);  // 1: the row's filter
  constexpr size_t kMostOfAByte = 1032;                                // what deflate reaches
  if (bytes / kMostOfAByte > stored_bytes)
    throw bad_input("{} bytes cannot hold {}x{} pixels; the file is truncated or damaged", stored_bytes,
                    png.width, png.height);
  std::vector<uint8_t> rows(bytes);
  inflate_into(png.data, rows);
  image.width = static_cast<int>(png.width);
  image.height = static_cast<int>(png.height);
  image.rgb.resize(3 * static_cast<size_t>(png.width) * png.height);
  const size_t step = std::max<size_t>(1, channels_of(png.colour) * static_cast<size_t>(png.depth) / 8);
  uint8_t* at = rows.data();
  for (const Pass& p : passes) {
    const std::vector<uint8_t> zeros(p.row_bytes);
    const uint8_t* above = zeros.data();
    for (size_t j = 0; j < p.height; ++j, at += p.row_bytes) {
      const int filter = *at++;
      unfilter(filter, {at, p.row_bytes}, above, step);
      above = at;
      to_rgb(png, at, p.width, p.dx, &image.rgb[3 * ((p.y + j * p.dy) * png.width + p.x)]);
    }
  }
}

}  // namespace fxe
