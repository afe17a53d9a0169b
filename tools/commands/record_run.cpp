// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/record_run.h"

#include <limits>

#include "engine/error.h"
#include "engine/input/loader.h"
#include "engine/input/text_file.h"
#include "engine/sha256.h"
#include "engine/signals.h"
#include "runtime/loader_threads.h"
#include "tools/reports/progress.h"

namespace fxe {

namespace {

class Recording {
 public:
  Recording(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, int batch,
            StoreWriter& writer)
      : ensemble_(ensemble),
        runtime_(runtime),
        dataset_(dataset),
        batch_(batch),
        writer_(writer),
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

  RecordResult run(bool quiet) {
    result_.images = dataset_.images();
    result_.kept = writer_.kept().size();
    // not measured: the first run
    for (size_t m = 0; m < members(); ++m) runtime_.executor->run(alone_[m], 1);
    Progress progress("record", "images", result_.images, quiet);
    check_kept(progress);
    Loader loader(dataset_, runtime_.inputs, loader_threads(runtime_), 2 * static_cast<size_t>(batch_) + 2,
                  first_image(), result_.images, {.max_pixels = runtime_.max_pixels, .hash = true});
    result_.stopped_by = run_images(loader, progress);
    if (!result_.stopped_by) measure_missing();
    return std::move(result_);
  }

 private:
  struct Waiting {
    size_t sample;
    int row;  // -1: could not be read
    ContentHash hash;
  };

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

  void check_kept(Progress& progress) {
    for (size_t i = 0; i < result_.kept; ++i) {
      if (hash_of(i) != writer_.kept()[i].hash)
        throw bad_input(
            "{}: the image has changed since it was recorded; remove the unfinished store (STORE.partial)",
            dataset_.paths[i]);
      result_.unreadable += !writer_.kept()[i].readable;
      progress.advance(i + 1);
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

  // Returns the signal that stopped it.
  int run_images(Loader& loader, Progress& progress) {
    const StopRequest stop;
    while (const Loader::Item* item = stop ? nullptr : loader.next()) {
      take(*item);
      if (rows_ == batch_) flush();
      progress.advance(item->index + 1);
    }
    if (!stop) flush();
    return stop.signal();
  }

  void take(const Loader::Item& item) {
    const bool readable = item.error.empty();
    // Otherwise the store would call it unreadable forever.
    if (item.read_failed)
      throw run_time_error("{}; once it can be read, the same command continues after what is recorded",
                           item.error);
    if (readable)
      for (size_t i = 0; i < item.inputs.size(); ++i)
        std::copy(item.inputs[i].begin(), item.inputs[i].end(), runtime_.executor->input(i, rows_).begin());
    result_.unreadable += !readable && item.index >= result_.kept;
    waiting_.push_back({item.index, readable ? rows_++ : -1, item.sha256});
  }

  void flush() {
    if (rows_ > 0)
      for (size_t m = 0; m < members(); ++m) run_member(m, rows_);
    for (const auto& w : waiting_) {
      if (w.sample < result_.kept) continue;
      if (w.row < 0)
        writer_.append(w.hash, {});
      else
        writer_.append(w.hash, std::span(logits_).subspan(static_cast<size_t>(w.row) * members() * classes_,
                                                          members() * classes_));
    }
    waiting_.clear();
    rows_ = 0;
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
  size_t classes_;
  std::vector<int> alone_;  // prepared, by member
  RecordResult result_;

  std::vector<Waiting> waiting_;  // in dataset order
  int rows_ = 0;
  std::vector<float> logits_;  // [batch members classes]
  std::vector<std::byte> file_;
};

}  // namespace

RecordResult record(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, int batch,
                    StoreWriter& writer, bool quiet) {
  return Recording(ensemble, runtime, dataset, batch, writer).run(quiet);
}

}  // namespace fxe
