// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/eval_run.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/error.h"
#include "engine/input/loader.h"
#include "metareasoner/mlperf_log.h"
#include "metareasoner/predictions_csv.h"
#include "tools/commands/progress.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

// The state of one evaluation: images wait here until their batch is full.
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
        result_{PolicyResult(point_.size()), std::nullopt, {}, {}} {
    if (options.compare_full) {
      prepared_full_ = runtime.executor->prepare(full_point_);
      result_.full.emplace(full_point_.size());
    }
    if (!options.predictions.empty()) csv_.emplace(options.predictions);
    if (!options.mlperf_log.empty()) mlperf_.emplace(options.mlperf_log);
  }

  EvalResult run() {
    const auto start = Clock::now();
    Progress progress("eval", dataset_.samples.size(), options_.quiet);
    Loader loader(dataset_, runtime_.inputs, loader_threads(), 2 * static_cast<size_t>(batch_) + 2, 0,
                  dataset_.samples.size());
    while (const Loader::Item* item = loader.next()) {
      take(*item);
      if (rows_ == batch_) flush();
      progress.advance(item->index + 1);
    }
    flush();
    if (csv_) csv_->commit();
    if (mlperf_) mlperf_->commit();
    result_.wall_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    return std::move(result_);
  }

 private:
  struct Waiting {
    size_t sample;
    int row;  // -1: could not be read
  };

  // Decoding takes a small part of the time of a network; more threads than that would take cores from it.
  static int loader_threads() {
    return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 4, 1, 8);
  }

  void take(const Loader::Item& item) {
    if (!item.error.empty()) {
      result_.failed.push_back({dataset_.samples[item.index].path, item.error});
      waiting_.push_back({item.index, -1});
      return;
    }
    for (size_t i = 0; i < item.inputs.size(); ++i)
      std::copy(item.inputs[i].begin(), item.inputs[i].end(), runtime_.executor->input(i, rows_).begin());
    result_.decode_ms += item.decode_ms;
    result_.preprocess_ms += item.preprocess_ms;
    waiting_.push_back({item.index, rows_++});
  }

  void flush() {
    if (rows_ > 0) {
      // Which goes first alternates, so that neither always finds the other's weights in the caches.
      const bool full_first = ++batches_ % 2 == 0;
      if (result_.full && full_first) run_full();
      run_policy();
      if (result_.full && !full_first) run_full();
      if (result_.full)
        for (size_t i = 0; i < hits_.size(); ++i)
          if (sample_of(i).label >= 0) result_.gap.add(full_hits_[i], hits_[i]);
    }
    write_rows();
    waiting_.clear();
    rows_ = 0;
  }

  void run_policy() {
    const BatchRun& run = runtime_.executor->run(prepared_, rows_, options_.deadline_ms);
    judge_rows(run, hits_);
    add(run, point_, hits_, result_.policy);
    results_.assign(run.rows.begin(), run.rows.end());
    for (const auto& w : waiting_)
      if (w.row >= 0 && results_[static_cast<size_t>(w.row)].status == RowStatus::failed)
        result_.failed.push_back({dataset_.samples[w.sample].path, "no member gave finite outputs"});
  }

  void run_full() {
    const BatchRun& run = runtime_.executor->run(prepared_full_, rows_);
    judge_rows(run, full_hits_);
    add(run, full_point_, full_hits_, *result_.full);
  }

  const Sample& sample_of(size_t row) const {
    const auto w = std::find_if(waiting_.begin(), waiting_.end(),
                                [&](const auto& x) { return x.row == static_cast<int>(row); });
    return dataset_.samples[w->sample];
  }

  void judge_rows(const BatchRun& run, std::vector<Hits>& hits) const {
    const size_t classes = run.mean.size() / run.rows.size();
    hits.clear();
    for (size_t i = 0; i < run.rows.size(); ++i) {
      const Sample& sample = sample_of(i);
      const auto mean = run.mean.subspan(i * classes, classes);
      Hits any = judge(sample.label, run.rows[i], mean);
      for (const int label : sample.more_labels) {
        const Hits one = judge(label, run.rows[i], mean);
        any = {any.top1 || one.top1, any.top5 || one.top5};
      }
      hits.push_back(any);
    }
  }

  void add(const BatchRun& run, const OperatingPoint& point, const std::vector<Hits>& hits,
           PolicyResult& to) const {
    for (size_t i = 0; i < run.rows.size(); ++i) to.evaluation.add(sample_of(i).label, run.rows[i], hits[i]);
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

  void write_rows() {
    for (const auto& w : waiting_) {
      const Sample& sample = dataset_.samples[w.sample];
      const int label = name_of(sample.label);
      std::vector<int> more;
      for (const int other : sample.more_labels) more.push_back(name_of(other));
      if (w.row < 0) {
        if (csv_) csv_->add_unreadable(sample.path, label, more);
        continue;
      }
      RowResult row = results_[static_cast<size_t>(w.row)];
      row.label = name_of(row.label);
      if (csv_) csv_->add(sample.path, label, row, more);
      if (mlperf_ && row.status != RowStatus::failed) mlperf_->add(w.sample, row.label);
    }
  }

  LoadedEnsemble& ensemble_;
  Runtime& runtime_;
  const Dataset& dataset_;
  int batch_;
  const EvalOptions& options_;
  OperatingPoint point_, full_point_;
  int prepared_, prepared_full_ = -1;
  EvalResult result_;
  std::optional<PredictionsCsv> csv_;
  std::optional<MlperfLog> mlperf_;

  std::vector<Waiting> waiting_;  // in dataset order
  int rows_ = 0;
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
