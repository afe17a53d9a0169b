// SPDX-License-Identifier: Apache-2.0
#include "runtime/mean_image_file.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/mapped_file.h"
#include "weights_converter/caffe/file.h"

namespace fxe {

namespace {

std::shared_ptr<const MeanImage> read(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  try {
    const Tensor tensor = read_caffe_mean(file->bytes());
    auto mean = std::make_shared<MeanImage>();
    mean->height = static_cast<int>(tensor.shape[1]);
    mean->width = static_cast<int>(tensor.shape[2]);
    mean->planes = tensor.to_float();
    if (!std::all_of(mean->planes.begin(), mean->planes.end(), [](float v) { return std::isfinite(v); }))
      throw bad_input("the mean image has values that are not finite");
    return mean;
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", path.string(), e.what()));
  }
}

}  // namespace

void MeanImageFiles::load(Preprocess& p, const std::filesystem::path& folder) {
  if (p.mean_file.empty()) return;
  const auto path = folder / p.mean_file;
  auto& mean = read_[path];
  if (!mean) mean = read(path);
  if (p.side == Preprocess::Side::both && (mean->width != p.resize_w || mean->height != p.resize_h))
    throw bad_input("{}: the mean image has {}x{} pixels, but images are resized to {}x{}", path.string(),
                    mean->width, mean->height, p.resize_w, p.resize_h);
  p.mean_image = mean;
}

}  // namespace fxe
