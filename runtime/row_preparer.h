// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/available_memory.h"
#include "engine/image/decode.h"
#include "engine/input/image_input.h"
#include "runtime/ensemble_runtime.h"

namespace fxe {

// Makes single images of any origin a row of the runtime's next batch. For images of a dataset feed()
// (batches.h) does it ahead, on threads.
class RowPreparer {
 public:
  explicit RowPreparer(Runtime& runtime) : runtime_(runtime) {}  // which must outlive it

  // A file's content. Throws bad_input if it is not an image that fits, std::bad_alloc for want of memory.
  void encoded(std::span<const std::byte> file, int row, int side = 0);
  void decoded(const Image&, int row, int side = 0);

 private:
  Runtime& runtime_;
  DecodeMemory all_memory_{available_memory() / 2};
  DecodeMemory::Share memory_{all_memory_};
  Image image_;
  Preprocessor preprocessor_;
};

}  // namespace fxe
