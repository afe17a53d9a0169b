// SPDX-License-Identifier: Apache-2.0
#include "runtime/batches.h"

#include <algorithm>

namespace fxe {

void Batch::add(size_t index, const std::array<std::byte, 32>& sha256) {
  in_row_.push_back(images_.size());
  images_.push_back({index, rows() - 1, "", sha256});
}

void Batch::add_unusable(size_t index, std::string error, const std::array<std::byte, 32>& sha256) {
  images_.push_back({index, -1, std::move(error), sha256});
}

void Batch::clear() {
  images_.clear();
  in_row_.clear();
}

bool feed(const Dataset& dataset, const std::vector<ImageInput>& inputs, const FeedOptions& options,
          BatchSink& sink) {
  const auto stopped = [&] { return options.stop && options.stop(); };
  const size_t end = std::min(options.end, dataset.images());
  const auto progress = [&](size_t done) {
    if (options.progress) options.progress(done, end);
  };
  progress(0);
  const size_t ahead = 2 * static_cast<size_t>(options.batch) + 2;  // a batch fills while another one runs
  Loader loader(dataset, inputs, options.threads, ahead, options.first, end,
                {.max_pixels = options.max_pixels, .hash = options.hash});
  Batch batch;
  while (const Loader::Item* item = stopped() ? nullptr : loader.next()) {
    if (item->error.empty()) {
      sink.take(*item, batch.rows());
      batch.add(item->index, item->sha256);
    } else {
      sink.take(*item, -1);
      batch.add_unusable(item->index, item->error, item->sha256);
    }
    if (batch.rows() == options.batch) {
      sink.run(batch);
      batch.clear();
    }
    progress(item->index + 1);
  }
  if (stopped()) return false;
  if (!batch.images().empty()) sink.run(batch);
  return true;
}

void write_row(const Loader::Item& item, Executor& executor, int row, int side) {
  for (size_t i = 0; i < item.inputs.size(); ++i)
    std::ranges::copy(item.inputs[i], executor.input(i, row, side).begin());
}

}  // namespace fxe
