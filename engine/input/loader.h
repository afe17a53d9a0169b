// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/image/decode.h"
#include "engine/input/dataset.h"
#include "engine/input/image_input.h"

namespace fxe {

struct LoaderOptions {
  int64_t max_pixels = kMaxPixels;
  bool hash = false;  // compute Item::sha256
};

// Reads, decodes and preprocesses a dataset ahead of its consumer, on threads; each image once, however many
// inputs are made of it. Memory is bounded by `ahead` images, whose tensors are recycled, and by half of the
// available memory for pictures being decoded: if that is little, threads wait for each other.
class Loader {
 public:
  struct Item {
    size_t index = 0;                            // into the dataset
    std::vector<std::vector<std::byte>> inputs;  // one per ImageInput; valid only if error is empty
    std::string error;                           // why the image could not be used
    bool read_failed = false;            // the system failed, not the image: another attempt may succeed
    std::array<std::byte, 32> sha256{};  // of the decoded file; 0 if it could not be read
    double decode_ms = 0, preprocess_ms = 0;
  };

  // `dataset` must outlive the loader. threads >= 1; delivers images [first, end). Throws run_time if the
  // tensors need more memory than there is, std::system_error if a thread cannot be started.
  Loader(const Dataset& dataset, std::vector<ImageInput> inputs, int threads, size_t ahead, size_t first,
         size_t end, const LoaderOptions& = {});
  ~Loader();  // stops and joins; the consumer may stop at any time
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The next image in dataset order, or nullptr after the last. The caller owns the item until its next
  // call. An image for which memory does not suffice has failed, like a damaged one. Rethrows what else a
  // thread threw.
  const Item* next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fxe
