// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "engine/input/preprocess.h"

namespace fxe {

// Named ways to prepare images; docs/reference/preprocessing.md has the table. RGB / 255 with ImageNet's mean
// and deviation unless said otherwise.
//   torchvision-224                     shorter side 256, crop 224
//   torchvision-RESIZE-CROP[-bicubic]   torchvision's ImageClassification
//   torchvision:NAME                    that of a published weight file (torchvision_weights.h), such as
//                                       torchvision:ResNet50_Weights.IMAGENET1K_V2
//   timm-SIZE-CROP[-bilinear|-bicubic][-center|-squash|-border][-inception]
//                                       timm's evaluation: resized to floor(SIZE / CROP); bicubic unless
//                                       named; inception: mean and deviation 0.5
//   mlperf-resnet50                     OpenCV's INTER_AREA to 256, crop 224 (rounded down), RGB 0..255
//                                       minus 123.68, 116.78, 103.94
//   mlperf-mobilenet                    OpenCV's INTER_LINEAR to 256, crop 224 (rounded down), mean and
//                                       deviation 0.5
//   squash-SIZE                         both sides to SIZE
//   caffe-CROP                          squashed to 256 without antialiasing, BGR 0..255 minus 104, 117, 123
//   cifar-32                            no resizing, crop 32
// Throws bad_input naming `where` and the presets.
Preprocess preprocess_preset(const std::string& name, std::string_view where);

}  // namespace fxe
