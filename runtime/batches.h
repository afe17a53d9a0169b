// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "engine/input/loader.h"
#include "metareasoner/executor.h"
#include "runtime/on_progress.h"

namespace fxe {

struct BatchImage {
  size_t index = 0;   // the caller's number for it; of a dataset, its position
  int row = -1;       // in the batch; -1: it cannot be used
  std::string error;  // why
  std::array<std::byte, 32> sha256{};
};

// Images in the order in which they came: one in each row, and between them those that cannot be used. Where
// they came from does not matter.
class Batch {
 public:
  int rows() const { return static_cast<int>(in_row_.size()); }
  const std::vector<BatchImage>& images() const { return images_; }
  const BatchImage& in_row(size_t row) const { return images_[in_row_[row]]; }

  void add(size_t index, const std::array<std::byte, 32>& sha256 = {});
  void add_unusable(size_t index, std::string error, const std::array<std::byte, 32>& sha256 = {});
  void clear();

 private:
  std::vector<BatchImage> images_;
  std::vector<size_t> in_row_;  // row -> images_
};

// What batches are for.
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  // An image came: write it to this row of the next batch (write_row() below). -1: it cannot be used.
  virtual void take(const Loader::Item&, int row) = 0;
  // The batch is full, or ended early with the images: it has at least one image, perhaps no row. May be
  // swapped for another one, which feed() clears.
  virtual void run(Batch&) = 0;
};

struct FeedOptions {
  int batch = 1;                     // rows
  int threads = 1;                   // that read and decode
  size_t first = 0, end = SIZE_MAX;  // images of the dataset
  int64_t max_pixels = kMaxPixels;   // per image
  bool hash = false;                 // BatchImage::sha256
  std::function<bool()> stop = {};   // asked before every image; once it says so, no batch begins
  OnProgress progress = {};          // images
};

// Reads images ahead on threads and hands them to `sink` in order, in batches of as many as can be used.
// Returns false if it was stopped.
bool feed(const Dataset&, const std::vector<ImageInput>&, const FeedOptions&, BatchSink& sink);

// Copies an image's tensors to a row of an executor.
void write_row(const Loader::Item&, Executor&, int row, int side = 0);

}  // namespace fxe
