// SPDX-License-Identifier: Apache-2.0
#include "runtime/evaluate.h"

#include <algorithm>
#include <chrono>

#include "metareasoner/mlperf_log.h"
#include "metareasoner/predictions_csv.h"
#include "runtime/batches.h"
#include "runtime/loader_threads.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

// The state of one evaluation: a batch waits here until its side is needed again.
class Evaluator : BatchSink {
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
    result_.stopped = !feed(dataset_, runtime_.inputs,
                            {.batch = batch_,
                             .threads = loader_threads(runtime_),
                             .max_pixels = runtime_.max_pixels,
                             .stop = options_.stop,
                             .progress = options_.progress},
                            *this);
    for (size_t i = 0; i < sides_.size(); ++i) finish((filling_ + i) % sides_.size());
    if (mlperf_) mlperf_->end();
    result_.wall_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    return std::move(result_);
  }

 private:
  // The batch on one side of the executor.
  struct Side {
    Batch batch;
    bool under_way = false;
  };

  void take(const Loader::Item& item, int row) override {
    if (row < 0) return;
    write_row(item, *runtime_.executor, row, static_cast<int>(filling_));
    result_.decode_ms += item.decode_ms;
    result_.preprocess_ms += item.preprocess_ms;
  }

  // Begins the batch that was filled; the side to be filled next must have finished its own.
  void run(Batch& filled) override {
    Side& side = sides_[filling_];
    std::swap(side.batch, filled);
    // The order alternates, so that neither always finds the other's weights in the caches.
    const bool full_first = ++batches_ % 2 == 0;
    if (side.batch.rows() > 0 && result_.full && full_first) run_full(side.batch);
    if (side.batch.rows() > 0) {
      runtime_.executor->begin(prepared_, side.batch.rows(), options_.deadline_ms,
                               static_cast<int>(filling_));
      side.under_way = true;
    }
    if (result_.full) finish(filling_, !full_first);
    filling_ = (filling_ + 1) % sides_.size();
    finish(filling_);
  }

  void finish(size_t index, bool then_full = false) {
    Side& side = sides_[index];
    if (std::exchange(side.under_way, false)) {
      end_policy(side.batch, static_cast<int>(index));
      if (then_full) run_full(side.batch);
      if (result_.full)
        for (size_t i = 0; i < hits_.size(); ++i)
          if (dataset_.labels[side.batch.in_row(i).index] >= 0) result_.gap.add(full_hits_[i], hits_[i]);
    }
    write_rows(side.batch);
    note_failed(side.batch);
    result_.done += side.batch.images().size();
    side.batch.clear();
  }

  void end_policy(const Batch& batch, int index) {
    const BatchRun& run = runtime_.executor->end(index);
    judge_rows(batch, run, hits_);
    add(batch, run, point_, hits_, result_.policy);
    results_.assign(run.rows.begin(), run.rows.end());
  }

  void note_failed(const Batch& batch) {
    for (const auto& image : batch.images())
      if (image.row < 0)
        result_.failed.push_back({dataset_.paths[image.index], image.error});
      else if (results_[static_cast<size_t>(image.row)].status == RowStatus::failed)
        result_.failed.push_back({dataset_.paths[image.index], "no member gave finite outputs"});
  }

  // On the first side, the only one if both policies run.
  void run_full(const Batch& batch) {
    const BatchRun& run = runtime_.executor->run(prepared_full_, batch.rows());
    judge_rows(batch, run, full_hits_);
    add(batch, run, full_point_, full_hits_, *result_.full);
  }

  void judge_rows(const Batch& batch, const BatchRun& run, std::vector<Hits>& hits) const {
    const size_t classes = run.mean.size() / run.rows.size();
    hits.clear();
    for (size_t i = 0; i < run.rows.size(); ++i) {
      const size_t sample = batch.in_row(i).index;
      const auto mean = run.mean.subspan(i * classes, classes);
      Hits any = judge(dataset_.labels[sample], run.rows[i], mean);
      for (const int label : dataset_.more_labels_of(sample)) {
        const Hits one = judge(label, run.rows[i], mean);
        any = {any.top1 || one.top1, any.top5 || one.top5};
      }
      hits.push_back(any);
    }
  }

  void add(const Batch& batch, const BatchRun& run, const OperatingPoint& point,
           const std::vector<Hits>& hits, PolicyResult& to) const {
    for (size_t i = 0; i < run.rows.size(); ++i)
      to.evaluation.add(dataset_.labels[batch.in_row(i).index], run.rows[i], hits[i]);
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

  void write_rows(const Batch& batch) {
    for (const auto& image : batch.images()) {
      const std::string path = dataset_.paths[image.index];
      const int label = name_of(dataset_.labels[image.index]);
      std::vector<int> more;
      for (const int other : dataset_.more_labels_of(image.index)) more.push_back(name_of(other));
      if (image.row < 0) {
        if (csv_) csv_->add_unreadable(path, label, more);
        continue;
      }
      RowResult row = results_[static_cast<size_t>(image.row)];
      row.label = name_of(row.label);
      if (csv_) csv_->add(path, label, row, more);
      if (mlperf_ && row.status != RowStatus::failed) mlperf_->add(image.index, row.label);
    }
  }

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
