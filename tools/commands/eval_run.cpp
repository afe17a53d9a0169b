// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/eval_run.h"

#include <algorithm>
#include <chrono>

#include "engine/error.h"
#include "engine/input/loader.h"
#include "engine/signals.h"
#include "metareasoner/mlperf_log.h"
#include "metareasoner/predictions_csv.h"
#include "runtime/loader_threads.h"
#include "tools/reports/progress.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

// The state of one evaluation: images wait here until their batch is full, and a batch until its side is
// needed again.
class Evaluator {
 public:
  Evaluator(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, const Policy& policy,
            int batch, const EvalOptions& options)
      : ensemble_(ensemble),
        runtime_(runtime),
        dataset_(dataset),
        batch_(batch),
        options_(options),
        point_(policy.point),
        full_point_(resolve_policy(ensemble.file, "full").point),
        prepared_(runtime.executor->prepare(point_)),
        prepared_full_(options.compare_full ? runtime.executor->prepare(full_point_) : -1),
        result_{PolicyResult(point_.size()), std::nullopt, {}, {}},
        sides_(static_cast<size_t>(runtime.executor->sides())) {
    if (options.compare_full) result_.full.emplace(full_point_.size());
    if (options.predictions) csv_.emplace(*options.predictions);
    if (options.mlperf_log) mlperf_.emplace(*options.mlperf_log);
  }

  EvalResult run() {
    const auto start = Clock::now();
    Progress progress("eval", "images", dataset_.images(), options_.quiet);
    Loader loader(dataset_, runtime_.inputs, loader_threads(runtime_), 2 * static_cast<size_t>(batch_) + 2, 0,
                  dataset_.images(), {.max_pixels = runtime_.max_pixels});
    while (const Loader::Item* item = stop_ ? nullptr : loader.next()) {
      take(*item);
      if (sides_[filling_].rows == batch_) flush();
      progress.advance(item->index + 1);
    }
    if (stop_)
      sides_[filling_] = {};  // its batch has not begun
    else
      flush();
    for (size_t i = 0; i < sides_.size(); ++i) finish((filling_ + i) % sides_.size());
    result_.stopped_by = stop_.signal();
    if (mlperf_) mlperf_->end();
    result_.wall_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    return std::move(result_);
  }

 private:
  struct Waiting {
    size_t sample;
    int row;            // -1: could not be read
    std::string error;  // why
  };

  // The images on one side of the executor.
  struct Side {
    std::vector<Waiting> waiting;  // in dataset order
    int rows = 0;
    bool under_way = false;
  };

  void take(const Loader::Item& item) {
    Side& side = sides_[filling_];
    if (!item.error.empty()) {
      side.waiting.push_back({item.index, -1, item.error});
      return;
    }
    for (size_t i = 0; i < item.inputs.size(); ++i)
      std::ranges::copy(item.inputs[i],
                        runtime_.executor->input(i, side.rows, static_cast<int>(filling_)).begin());
    result_.decode_ms += item.decode_ms;
    result_.preprocess_ms += item.preprocess_ms;
    side.waiting.push_back({item.index, side.rows++, ""});
  }

  // Begins the batch that was filled; the side to be filled next must have finished its own.
  void flush() {
    Side& side = sides_[filling_];
    // The order alternates, so that neither always finds the other's weights in the caches.
    const bool full_first = ++batches_ % 2 == 0;
    if (side.rows > 0 && result_.full && full_first) run_full(side);
    if (side.rows > 0) {
      runtime_.executor->begin(prepared_, side.rows, options_.deadline_ms, static_cast<int>(filling_));
      side.under_way = true;
    }
    if (result_.full) finish(filling_, !full_first);
    filling_ = (filling_ + 1) % sides_.size();
    finish(filling_);
  }

  void finish(size_t index, bool then_full = false) {
    Side& side = sides_[index];
    if (std::exchange(side.under_way, false)) {
      end_policy(side, static_cast<int>(index));
      if (then_full) run_full(side);
      if (result_.full)
        for (size_t i = 0; i < hits_.size(); ++i)
          if (dataset_.labels[sample_of(side, i)] >= 0) result_.gap.add(full_hits_[i], hits_[i]);
    }
    write_rows(side);
    note_failed(side);
    result_.done += side.waiting.size();
    side.waiting.clear();
    side.rows = 0;
  }

  void end_policy(const Side& side, int index) {
    const BatchRun& run = runtime_.executor->end(index);
    judge_rows(side, run, hits_);
    add(side, run, point_, hits_, result_.policy);
    results_.assign(run.rows.begin(), run.rows.end());
  }

  void note_failed(const Side& side) {
    for (const auto& w : side.waiting)
      if (w.row < 0)
        result_.failed.push_back({dataset_.paths[w.sample], w.error});
      else if (results_[static_cast<size_t>(w.row)].status == RowStatus::failed)
        result_.failed.push_back({dataset_.paths[w.sample], "no member gave finite outputs"});
  }

  // On the first side, the only one if both policies run.
  void run_full(const Side& side) {
    const BatchRun& run = runtime_.executor->run(prepared_full_, side.rows);
    judge_rows(side, run, full_hits_);
    add(side, run, full_point_, full_hits_, *result_.full);
  }

  size_t sample_of(const Side& side, size_t row) const {
    const auto w = std::find_if(side.waiting.begin(), side.waiting.end(),
                                [&](const auto& x) { return x.row == static_cast<int>(row); });
    return w->sample;
  }

  void judge_rows(const Side& side, const BatchRun& run, std::vector<Hits>& hits) const {
    const size_t classes = run.mean.size() / run.rows.size();
    hits.clear();
    for (size_t i = 0; i < run.rows.size(); ++i) {
      const size_t sample = sample_of(side, i);
      const auto mean = run.mean.subspan(i * classes, classes);
      Hits any = judge(dataset_.labels[sample], run.rows[i], mean);
      for (const int label : dataset_.more_labels_of(sample)) {
        const Hits one = judge(label, run.rows[i], mean);
        any = {any.top1 || one.top1, any.top5 || one.top5};
      }
      hits.push_back(any);
    }
  }

  void add(const Side& side, const BatchRun& run, const OperatingPoint& point, const std::vector<Hits>& hits,
           PolicyResult& to) const {
    for (size_t i = 0; i < run.rows.size(); ++i)
      to.evaluation.add(dataset_.labels[sample_of(side, i)], run.rows[i], hits[i]);
    to.latency.add(run.ms, run.rows.size());
    to.network_ms += run.ms;
    for (size_t k = 0; k < run.stages.size(); ++k)
      to.multiply_adds +=
          static_cast<double>(run.stages[k].live) *
          static_cast<double>(runtime_.members[static_cast<size_t>(point.members[k])]->multiply_adds());
  }

  int name_of(int output) const {
    return options_.class_ids.empty() || output < 0 ? output
                                                    : options_.class_ids[static_cast<size_t>(output)];
  }

  void write_rows(const Side& side) {
    for (const auto& w : side.waiting) {
      const std::string path = dataset_.paths[w.sample];
      const int label = name_of(dataset_.labels[w.sample]);
      std::vector<int> more;
      for (const int other : dataset_.more_labels_of(w.sample)) more.push_back(name_of(other));
      if (w.row < 0) {
        if (csv_) csv_->add_unreadable(path, label, more);
        continue;
      }
      RowResult row = results_[static_cast<size_t>(w.row)];
      row.label = name_of(row.label);
      if (csv_) csv_->add(path, label, row, more);
      if (mlperf_ && row.status != RowStatus::failed) mlperf_->add(w.sample, row.label);
    }
  }

  // before the first file is opened, which would remain if a signal ended the program
  const StopRequest stop_;
  LoadedEnsemble& ensemble_;
  Runtime& runtime_;
  const Dataset& dataset_;
  int batch_;
  const EvalOptions& options_;
  OperatingPoint point_, full_point_;
  int prepared_, prepared_full_;
  EvalResult result_;
  std::optional<PredictionsCsv> csv_;
  std::optional<MlperfLog> mlperf_;

  std::vector<Side> sides_;
  size_t filling_ = 0;
  int64_t batches_ = 0;
  std::vector<RowResult> results_;
  std::vector<Hits> hits_, full_hits_;
};

}  // namespace

EvalResult evaluate(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, const Policy& policy,
                    int batch, const EvalOptions& options) {
  return Evaluator(ensemble, runtime, dataset, policy, batch, options).run();
}

}  // namespace fxe
