// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/member_sets.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/error.h"
#include "metareasoner/batch_state.h"
#include "metareasoner/replay/for_each_block.h"

namespace fxe {

namespace {

// The ensemble of one path from the root, on some rows of a block.
struct Level {
  std::vector<float> mean, weight_sum;
  std::vector<RowResult> results;
};

class Worker {
 public:
  Worker(const Store& store, const OperatingPoint& pool, ReplaySignal signal, size_t deepest)
      : store_(store), pool_(pool), signal_(signal), levels_(deepest + 1), live_(StoreLayout::kBlockImages) {
    for (Level& l : levels_) {
      l.mean.resize(StoreLayout::kBlockImages * store.classes());
      l.weight_sum.resize(StoreLayout::kBlockImages);
      l.results.resize(StoreLayout::kBlockImages);
    }
    for (size_t k = 0; k < pool.size(); ++k) {
      stages_.push_back(stage_operands(pool, static_cast<int>(k)));
      stages_.back().threshold = INFINITY;
    }
    std::iota(live_.begin(), live_.end(), 0);
    rows_.resize(pool.size());
  }

  // Loads the rows of these images of the block, for each member.
  void load(size_t block, std::span<const size_t> images) {
    count_ = images.size();
    const size_t classes = store_.classes();
    for (size_t k = 0; k < pool_.size(); ++k) {
      const auto all = store_.logits(block, static_cast<size_t>(pool_.members[k]), scratch_);
      rows_[k].resize(count_ * classes);
      for (size_t r = 0; r < count_; ++r)
        std::copy_n(all.data() + (images[r] - store_.first_image(block)) * classes, classes,
                    rows_[k].data() + r * classes);
    }
    std::fill(levels_[0].weight_sum.begin(), levels_[0].weight_sum.end(), 0.0f);
  }

  // Level depth + 1 becomes level depth plus this member.
  void add(const SetNode& node) {
    const Level& from = levels_[node.depth];
    Level& to = levels_[node.depth + 1];
    std::copy_n(from.mean.begin(), count_ * store_.classes(), to.mean.begin());
    to.weight_sum = from.weight_sum;
    to.results = from.results;
    auto count = static_cast<int32_t>(count_);
    TailArguments a;
    a.classes = static_cast<int32_t>(store_.classes());
    a.stage = static_cast<int32_t>(node.depth);
    a.combine = pool_.combine;
    a.signal = signal_ == ReplaySignal::raw_margin ? Signal::raw_margin : Signal::margin;
    a.logits = rows_[node.member].data();
    a.mean = to.mean.data();
    a.weight_sum = to.weight_sum.data();
    a.results = to.results.data();
    a.live = live_.data();
    a.live_count = &count;
    a.stage_parameters = &stages_[node.member];
    run_tail_cpu(a, 0);
  }

  const RowResult& result(const SetNode& node, size_t row) const {
    return levels_[node.depth + 1].results[row];
  }
  float signal(const SetNode& node, size_t row) const {
    if (levels_[node.depth + 1].weight_sum[row] == levels_[node.depth].weight_sum[row]) return -INFINITY;
    const RowResult& r = result(node, row);
    return signal_ == ReplaySignal::top1 ? r.p1 : r.margin;
  }

 private:
  const Store& store_;
  const OperatingPoint& pool_;
  ReplaySignal signal_;
  std::vector<Level> levels_;
  std::vector<TailStage> stages_;
  std::vector<int32_t> live_;
  std::vector<std::vector<float>> rows_;
  std::vector<float> scratch_;
  size_t count_ = 0;
};

}  // namespace

std::vector<SetAnswers> answers_of_sets(const Store& store, const OperatingPoint& pool, ReplaySignal signal,
                                        LossKind kind, std::span<const FullAnswer> full,
                                        std::span<const size_t> images, const std::vector<SetNode>& nodes,
                                        int threads) {
  if (store.is_compact())
    throw bad_input("{}: a compact store knows its own order only; record without --compact",
                    store.path().string());
  if (needs_all_details(signal))
    throw bad_input("members are searched by margin, raw_margin or top1, not by '{}'", name(signal));
  size_t deepest = 0;
  for (const SetNode& n : nodes) deepest = std::max(deepest, n.depth + 1);
  std::vector<SetAnswers> answers(nodes.size());
  for (SetAnswers& a : answers) {
    a.signal.resize(images.size());
    a.loss.resize(images.size());
  }
  // `images` ascends, so those of a block are contiguous.
  std::vector<size_t> first(store.blocks() + 1, images.size());
  for (size_t n = images.size(); n-- > 0;) first[images[n] / StoreLayout::kBlockImages] = n;
  for (size_t b = store.blocks(); b-- > 0;) first[b] = std::min(first[b], first[b + 1]);
  std::vector<Worker> workers(static_cast<size_t>(threads), Worker(store, pool, signal, deepest));
  for_each_block(store.blocks(), threads, [&](size_t w, size_t b) {
    const auto mine = images.subspan(first[b], first[b + 1] - first[b]);
    if (mine.empty()) return;
    Worker& worker = workers[w];
    worker.load(b, mine);
    for (size_t n = 0; n < nodes.size(); ++n) {
      worker.add(nodes[n]);
      for (size_t r = 0; r < mine.size(); ++r) {
        const int32_t label = worker.result(nodes[n], r).label;
        PrefixScore stopped{};
        stopped.label = label;
        stopped.label_rank = label >= 0 && label == store.header().labels[mine[r]] ? 0 : -1;
        answers[n].signal[first[b] + r] = worker.signal(nodes[n], r);
        answers[n].loss[first[b] + r] = loss(kind, full[mine[r]], stopped);
      }
    }
  });
  return answers;
}

}  // namespace fxe
