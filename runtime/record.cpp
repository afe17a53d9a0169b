// SPDX-License-Identifier: Apache-2.0
#include "runtime/record.h"

#include <algorithm>
#include <limits>

#include "engine/error.h"
#include "engine/input/text_file.h"
#include "engine/sha256.h"
#include "runtime/batches.h"
#include "runtime/loader_threads.h"

namespace fxe {

namespace {

class Recording : BatchSink {
 public:
  Recording(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, int batch,
            StoreWriter& writer, const RecordOptions& options)
      : ensemble_(ensemble),
        runtime_(runtime),
        dataset_(dataset),
        batch_(batch),
        writer_(writer),
        options_(options),
        classes_(static_cast<size_t>(writer.header().classes)) {
    std::vector<std::string> names;
    for (size_t m = 0; m < members(); ++m) {
      names.push_back(ensemble.file.members[m].name);
      // One member with weight 1 and temperature 1: its mean is its logits, bit for bit.
      alone_.push_back(
          runtime.executor->prepare({{static_cast<int>(m)}, Combine::logits, Signal::margin, {1}, {1}, {}}));
    }
    result_.costs = CostTable(names);
    result_.costs.device = runtime.device.name;
    logits_.resize(static_cast<size_t>(batch) * members() * classes_);
  }

  RecordResult run() {
    result_.images = dataset_.images();
    result_.kept = writer_.kept().size();
    for (const auto& image : writer_.kept()) result_.unreadable += !image.readable;
    // not measured: the first run
    for (size_t m = 0; m < members(); ++m) runtime_.executor->run(alone_[m], 1);
    const size_t first = first_image();
    check_kept(first);
    result_.stopped = !feed(dataset_, runtime_.inputs,
                            {.batch = batch_,
                             .threads = loader_threads(runtime_),
                             .first = first,
                             .max_pixels = runtime_.max_pixels,
                             .hash = true,
                             .stop = options_.stop,
                             .progress = options_.progress},
                            *this);
    if (!result_.stopped) measure_missing();
    return std::move(result_);
  }

 private:
  size_t members() const { return ensemble_.file.members.size(); }

  // The loader's hash for unreadable images: 0.
  ContentHash hash_of(size_t sample) {
    try {
      read_file(dataset_.file(sample), kMaxImageFileBytes, file_);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::run_time) throw;
      return {};
    }
    return sha256(file_);
  }

  void expect_unchanged(size_t image, const ContentHash& hash) const {
    if (hash != writer_.kept()[image].hash)
      throw bad_input(
          "{}: the image has changed since it was recorded; remove the unfinished store (STORE.partial)",
          dataset_.paths[image]);
  }

  // The kept images that run again are checked as they come: take().
  void check_kept(size_t end) {
    for (size_t i = 0; i < end; ++i) {
      if (options_.stop && options_.stop()) return;
      expect_unchanged(i, hash_of(i));
      if (options_.progress) options_.progress(i + 1, result_.images);
    }
  }

  // Batches hold readable images: the batch in which the earlier run ended runs again, so that each image is
  // computed in the same batch as in a single run.
  size_t first_image() const {
    const size_t readable = result_.kept - result_.unreadable;
    size_t to_skip = readable / static_cast<size_t>(batch_) * static_cast<size_t>(batch_);
    if (to_skip == readable) return result_.kept;
    size_t i = 0;
    for (; to_skip > 0; ++i) to_skip -= writer_.kept()[i].readable;
    return i;
  }

  void take(const Loader::Item& item, int row) override {
    // Otherwise the store would call it unreadable forever.
    if (item.read_failed)
      throw run_time_error("{}; once it can be read, the same command continues after what is recorded",
                           item.error);
    const bool is_kept = item.index < result_.kept;
    if (is_kept) expect_unchanged(item.index, item.sha256);
    if (row >= 0)
      write_row(item, *runtime_.executor, row);
    else
      result_.unreadable += !is_kept;
  }

  void run(Batch& batch) override {
    if (batch.rows() > 0)
      for (size_t m = 0; m < members(); ++m) run_member(m, batch.rows());
    for (const auto& image : batch.images()) {
      if (image.index < result_.kept) continue;
      if (image.row < 0)
        writer_.append(image.sha256, {});
      else
        writer_.append(image.sha256,
                       std::span(logits_).subspan(static_cast<size_t>(image.row) * members() * classes_,
                                                  members() * classes_));
    }
  }

  void run_member(size_t m, int rows) {
    const BatchRun& run = runtime_.executor->run(alone_[m], rows);
    result_.costs.add(m, run.stages[0].batch, run.ms);
    for (size_t r = 0; r < static_cast<size_t>(rows); ++r) {
      float* to = logits_.data() + (r * members() + m) * classes_;
      if (run.rows[r].status == RowStatus::failed)
        std::fill_n(to, classes_, std::numeric_limits<float>::quiet_NaN());
      else
        std::copy_n(run.mean.begin() + static_cast<std::ptrdiff_t>(r * classes_), classes_, to);
    }
  }

  // Measures the batch sizes that were not recorded, which survivors run in. The inputs' content does not
  // matter here.
  void measure_missing() {
    constexpr int kRuns = 10;
    for (const int64_t size : batch_sizes(batch_))
      for (size_t m = 0; m < members(); ++m) {
        if (options_.stop && options_.stop()) return;
        if (result_.costs.runs(m, size) >= kRuns) continue;
        runtime_.executor->run(alone_[m], static_cast<int>(size));
        for (int i = 0; i < kRuns; ++i)
          result_.costs.add(m, size, runtime_.executor->run(alone_[m], static_cast<int>(size)).ms);
      }
  }

  LoadedEnsemble& ensemble_;
  Runtime& runtime_;
  const Dataset& dataset_;
  int batch_;
  StoreWriter& writer_;
  const RecordOptions& options_;
  size_t classes_;
  std::vector<int> alone_;  // prepared, by member
  RecordResult result_;

  std::vector<float> logits_;  // [batch members classes]
  std::vector<std::byte> file_;
};

}  // namespace

RecordResult record(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, int batch,
                    StoreWriter& writer, const RecordOptions& options) {
  return Recording(ensemble, runtime, dataset, batch, writer, options).run();
}

}  // namespace fxe
