// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "engine/input/image.h"
#include "engine/input/mean_image.h"
#include "engine/input/resize.h"
#include "engine/input/resize_opencv.h"

namespace fxe {

// From a decoded image to a network's input: resize, centre crop, then x = (pixel * scale - mean) / std per
// channel. mean and std are in the order of `channels`. With a mean image, whose pixels are cropped as the
// image's are, x = ((pixel - mean_image) * scale - mean) / std.
struct Preprocess {
  enum class Side { none, shorter, both };  // which side becomes resize_h/resize_w: "both" squashes
  enum class Channels { rgb, bgr };

  Side side = Side::none;
  int resize_h = 0, resize_w = 0;  // equal where side is shorter
  Filter filter = Filter::bilinear;
  bool antialias = true;  // false: as OpenCV resizes (bilinear only), true: as Pillow does
  int crop_h = 224, crop_w = 224;
  Channels channels = Channels::rgb;
  double scale = 1.0 / 255;
  std::array<double, 3> mean{}, std{1, 1, 1};
  std::string mean_file;  // "mean_image", a path relative to the ensemble file; empty: none
  std::shared_ptr<const MeanImage> mean_image;  // what it holds, set by whoever reads it

  size_t elements() const { return 3 * static_cast<size_t>(crop_h) * static_cast<size_t>(crop_w); }
  bool operator==(const Preprocess&) const = default;
};

// The object form of ensemble files, or a preset's name: "torchvision-224" (shorter side 256, crop 224),
// "torchvision-232-224", "timm-SIZE-CROP[-bicubic|-bilinear]", "squash-SIZE", "cifar-32", all RGB, / 255,
// with ImageNet's mean and deviation; "caffe-227" (squashed to 256 without antialiasing, crop 227, BGR,
// 0..255 minus 104, 117, 123). Throws bad_input naming `where` and the key, or the nearest names.
Preprocess parse_preprocess(const nlohmann::json& value, std::string_view where);
nlohmann::ordered_json to_json(const Preprocess&);

// Applies a Preprocess; owns the scratch, so that a stream of images allocates only when one is larger than
// all before. One per thread.
class Preprocessor {
 public:
  // `out`: elements() floats, plain [3 crop_h crop_w]. An image smaller than the crop gets black borders
  // (torchvision). Long side after resizing: to * long / short, rounded down; crop offsets round half to
  // even, as torchvision's. Throws bad_input where the image is not of the mean image's size.
  void run(const Preprocess&, const Image&, std::span<float> out);

 private:
  Resizer resizer_;
  OpencvResizer opencv_resizer_;
  Image resized_;
};

// The size an image of width x height is resized to, before the crop.
struct Size {
  int width, height;
};
Size resized_size(const Preprocess&, int width, int height);

}  // namespace fxe
