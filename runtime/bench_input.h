// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "engine/input/image_input.h"
#include "engine/tensor.h"
#include "metareasoner/executor.h"

namespace fxe {

// The tensors that fill batches, in turn: generated, read or loaded once, before anything is timed.
class BenchInput {
 public:
  // Normally distributed values, like normalised images; pixels are uniform.
  static BenchInput random(const std::vector<ImageInput>&, size_t images, uint64_t seed);
  // The first `images` of the dataset that can be read, or all if there are fewer. Throws run_time if
  // none can.
  static BenchInput read(const Dataset&, const std::vector<ImageInput>&, size_t images, int64_t max_pixels);
  // The images of an array [n c h w], unchanged; `where` names it in errors. Throws bad_input unless it is
  // fp32, has the size of the only input, and fills a batch.
  static BenchInput load(const Tensor& array, const std::string& where, const std::vector<ImageInput>&,
                         int batch);

  size_t images() const { return tensors_.size(); }
  // Writes rows 0 .. batch-1 of every input; the next call continues with the next image.
  void fill(Executor&, int batch);

 private:
  size_t next_ = 0;
  std::vector<std::vector<std::vector<std::byte>>> tensors_;  // [image][input]
};

}  // namespace fxe
