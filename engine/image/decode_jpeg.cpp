// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_jpeg.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
// jpeglib.h needs it first.
#include <jerror.h>
#include <jpeglib.h>

#include "engine/error.h"

namespace fxe {

namespace {

// A progressive file of a few megabytes can ask for thousands of passes over a large picture. Encoders write
// about ten; more than kAnyScans are accepted as long as they are few for the picture's size.
constexpr int kAnyScans = 20, kMaxScans = 200;
constexpr double kMaxPixelsScanned = 1e9;  // about four seconds

int max_scans(const jpeg_decompress_struct& info) {
  const double pixels = static_cast<double>(info.image_width) * info.image_height;
  return static_cast<int>(std::clamp<double>(kMaxPixelsScanned / pixels, kAnyScans, kMaxScans));
}

// libjpeg reports through callbacks that must not return; C++ exceptions must not cross its C frames.
struct ErrorState {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void on_error(j_common_ptr info) {
  auto* state = reinterpret_cast<ErrorState*>(info->err);
  info->err->format_message(info, state->message);
  std::longjmp(state->jump, 1);
}

// Level -1 is a warning: corrupt data. Pillow refuses files that end too early, and so does fxe; after other
// warnings (extraneous bytes, a bad Adobe marker) there is a picture, and both accept it.
void on_message(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) on_error(info);
}

void ignore_message(j_common_ptr) {}

void on_progress(j_common_ptr info) {
  const auto& picture = *reinterpret_cast<j_decompress_ptr>(info);
  const int most = max_scans(picture);
  if (picture.input_scan_number <= most) return;
  auto* state = reinterpret_cast<ErrorState*>(info->err);
  std::snprintf(state->message, sizeof state->message, "more than %d scans of %ux%u pixels", most,
                picture.image_width, picture.image_height);
  std::longjmp(state->jump, 1);
}

class Decompressor {
 public:
  Decompressor() {
    info_.err = jpeg_std_error(&error_.manager);
    error_.manager.error_exit = on_error;
    error_.manager.emit_message = on_message;
    error_.manager.output_message = ignore_message;
    jpeg_create_decompress(&info_);
    progress_.progress_monitor = on_progress;
    info_.progress = &progress_;
  }
  ~Decompressor() { jpeg_destroy_decompress(&info_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // Only trivial objects may be constructed between setjmp and longjmp; the vectors are sized outside.
  void read_header(std::span<const std::byte> file) {
    if (setjmp(error_.jump)) fail();
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_read_header(&info_, TRUE);
    info_.dct_method = JDCT_ISLOW;
    info_.do_fancy_upsampling = TRUE;
    const bool four = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = four ? JCS_CMYK : JCS_RGB;
  }
  void read_pixels(uint8_t* out, size_t row_bytes) {
    if (setjmp(error_.jump)) fail();
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = out + info_.output_scanline * row_bytes;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
  }

  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }
  bool is_cmyk() const { return info_.out_color_space == JCS_CMYK; }
  // RGB or CMYK, plus two-byte coefficients if scans refine each other.
  size_t pixel_bytes() const {
    const size_t scans = jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&info_)) ? 2 : 0;
    return (is_cmyk() ? 7 : 3) + scans * static_cast<size_t>(info_.num_components);
  }

 private:
  [[noreturn]] void fail() const { throw bad_input("JPEG: {}", static_cast<const char*>(error_.message)); }

  jpeg_decompress_struct info_{};
  ErrorState error_{};
  jpeg_progress_mgr progress_{};
};

// As in Pillow: the values are taken as inverted (Adobe's habit), with or without Adobe's marker.
void inverted_cmyk_to_rgb(std::span<const uint8_t> cmyk, std::span<uint8_t> rgb) {
  for (size_t i = 0; i < cmyk.size() / 4; ++i)
    for (size_t c = 0; c < 3; ++c) {
      const int light = cmyk[4 * i + 3], ink = 255 - cmyk[4 * i + c];
      const int product = ink * light + 128;  // /255, rounded
      rgb[3 * i + c] = static_cast<uint8_t>(std::clamp(light - ((product + (product >> 8)) >> 8), 0, 255));
    }
}

}  // namespace

void decode_jpeg(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  Decompressor jpeg;
  jpeg.read_header(file);
  check_claimed_size(jpeg.width(), jpeg.height(), jpeg.pixel_bytes(), limits);
  const auto width = static_cast<size_t>(jpeg.width()), pixels = width * static_cast<size_t>(jpeg.height());
  image.width = jpeg.width();
  image.height = jpeg.height();
  image.rgb.resize(3 * pixels);
  if (!jpeg.is_cmyk()) return jpeg.read_pixels(image.rgb.data(), 3 * width);
  std::vector<uint8_t> cmyk(4 * pixels);
  jpeg.read_pixels(cmyk.data(), 4 * width);
  inverted_cmyk_to_rgb(cmyk, image.rgb);
}

}  // namespace fxe
