// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "engine/input/image_input.h"
#include "engine/tensor.h"
#include "metareasoner/executor.h"

namespace fxe {

// The tensors that batches are filled from, in turn: drawn, read or loaded once, before anything is timed.
class BenchInput {
 public:
  // Normally distributed values, as normalised images have; pixels are uniform.
  static BenchInput random(const std::vector<ImageInput>&, size_t images, uint64_t seed);
  // The first `images` of the dataset that can be read, or all there are. Throws run_time where none can.
  static BenchInput read(const Dataset&, const std::vector<ImageInput>&, size_t images, int64_t max_pixels);
  // The images of an array [n c h w], which `where` names in errors, as they are. Throws bad_input unless it
  // is fp32, of the size that the one input has, and fills a batch.
  static BenchInput load(const Tensor& array, const std::string& where, const std::vector<ImageInput>&,
                         int batch);

  size_t images() const { return tensors_.size(); }
  // Writes rows 0 .. batch-1 of every input; the next call goes on with the image after.
  void fill(Executor&, int batch);

 private:
  size_t next_ = 0;
  std::vector<std::vector<std::vector<std::byte>>> tensors_;  // [image][input]
};

}  // namespace fxe
