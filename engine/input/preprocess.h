// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "engine/image/image.h"
#include "engine/image/resize.h"
#include "engine/image/resize_area.h"
#include "engine/image/resize_opencv.h"
#include "engine/input/mean_image.h"

namespace fxe {

// From a decoded image to a network's input: resize, centre crop, then x = (pixel * scale - mean) / std per
// channel. mean, std and fill are in the order of `channels`. With a mean image, cropped as the image is,
// x = ((pixel - mean_image) * scale - mean) / std. docs/reference/preprocessing.md compares the frameworks.
struct Preprocess {
  // Which side becomes resize_h/resize_w. shorter, longer: the other side keeps the proportions;
  // both: squashed.
  enum class Side { none, shorter, longer, both };
  enum class Channels { rgb, bgr };
  // If the crop leaves an odd number of pixels, the half pixel rounds to the even side, or towards 0.
  enum class Rounding { half_even, down };

  Side side = Side::none;
  int resize_h = 0, resize_w = 0;  // equal for shorter and longer
  Filter filter = Filter::bilinear;
  bool antialias = true;             // false: as OpenCV resizes (bilinear only), true: as Pillow does
  Pillow pillow = Pillow::up_to_12;  // whose version; only if by_pillow()
  int crop_h = 224, crop_w = 224;
  Rounding crop_rounding = Rounding::half_even;
  std::array<uint8_t, 3> fill{};  // the pixel around an image smaller than the crop
  Channels channels = Channels::rgb;
  double scale = 1.0 / 255;
  std::array<double, 3> mean{}, std{1, 1, 1};
  std::string mean_file;  // "mean_image", a path relative to the ensemble file; empty if none
  std::shared_ptr<const MeanImage> mean_image;  // its content, set by whoever reads it

  size_t elements() const { return 3 * static_cast<size_t>(crop_h) * static_cast<size_t>(crop_w); }
  bool by_pillow() const { return side != Side::none && filter != Filter::area && antialias; }
  // Whether a value depends on its own pixel and channel only: then pixel_values() is a complete table.
  bool by_pixel() const { return mean_file.empty(); }
  bool operator==(const Preprocess&) const = default;
};

// Parses the object form of ensemble files, or a preset's name (preprocess_presets.h). Throws bad_input
// naming `where` and the key, or the available presets.
Preprocess parse_preprocess(const nlohmann::json& value, std::string_view where);
nlohmann::ordered_json to_json(const Preprocess&);
// One line for people: "shorter side 256 bilinear, crop 224, mean 0.485 0.456 0.406, std 0.229 0.224 0.225".
std::string describe(const Preprocess&);

// The size an image of width x height is resized to before the crop. shorter: the long side is to * long /
// short, rounded down (torchvision, timm, MLPerf). longer: each side is size / (long / to) in double
// precision, rounded half to even (timm).
struct Size {
  int width, height;
};
Size resized_size(const Preprocess&, int width, int height);

// What each pixel value becomes, [3 256] in the order of `channels`; for those who normalise
// Preprocessor::pixels() later.
using PixelValues = std::array<float, 3 * 256>;
PixelValues pixel_values(const Preprocess&);

// Applies a Preprocess. Owns the scratch memory, so a stream of images allocates only when one is larger than
// all before. One per thread.
class Preprocessor {
 public:
  // `out`: elements() floats, plain [3 crop_h crop_w]. An image smaller than the crop gets borders of `fill`,
  // the odd pixel on the right and below. Throws bad_input if the image's size differs from the mean image's.
  void run(const Preprocess&, const Image&, std::span<float> out);

  // The same before normalisation. `out`: elements() bytes, [crop_h crop_w 3] in the order of `channels`.
  // Only if by_pixel(): run() then equals pixel_values()[256 c + out] to the bit.
  void pixels(const Preprocess&, const Image&, std::span<uint8_t> out);

 private:
  // The part of the resized image inside the crop.
  struct View {
    const uint8_t* rgb;  // the first pixel seen
    size_t row_bytes;    // from one row to the next
    Region seen;         // in the resized image, whose size is `size`
    Size size;
    int left, top;  // of the crop in it; negative: borders
    const uint8_t* row(int y) const { return rgb + static_cast<size_t>(y - seen.top) * row_bytes; }
    bool bordered(const Preprocess& p) const { return seen.width < p.crop_w || seen.height < p.crop_h; }
  };
  View resize(const Preprocess&, const Image&);

  Resizer resizer_;
  AreaResizer area_resizer_;
  OpencvResizer opencv_resizer_;
  Image resized_;
};

}  // namespace fxe
