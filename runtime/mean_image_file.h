// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "engine/input/preprocess.h"

namespace fxe {

// The mean images (Caffe's binaryproto) that preprocessing asks for; each file is read once.
class MeanImageFiles {
 public:
  // Sets p.mean_image if p.mean_file, relative to `folder`, names one. Throws bad_input naming the file if it
  // is not a mean image, or not of the size that images are squashed to.
  void load(Preprocess& p, const std::filesystem::path& folder);

 private:
  std::map<std::filesystem::path, std::shared_ptr<const MeanImage>> read_;
};

}  // namespace fxe
