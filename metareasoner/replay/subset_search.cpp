// SPDX-License-Identifier: Apache-2.0
#if defined(__GNUC__) && !defined(__clang__)
// As in kernels/cpu/tail.cpp: without it, comparisons stay scalar. Same values.
#pragma GCC optimize("no-trapping-math")
#endif
#include "metareasoner/replay/subset_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/clones_cpu.h"
#include "kernels/cpu/exp.h"
#include "metareasoner/replay/for_each_block.h"
#include "metareasoner/store/row_scan.h"

namespace fxe {

namespace {

// Subsets form a tree: each is its parent plus one later member. The list has parents first and is
// depth-first, so that one running mean per depth is enough.
struct Node {
  size_t depth;  // members in the parent
  size_t last;   // position in the order
  double cost;
};

void grow(std::span<const double> cost, double budget, size_t from, size_t depth, double spent,
          std::vector<Node>& nodes) {
  for (size_t k = from; k < cost.size() && nodes.size() <= kMaxSubsets; ++k) {
    const double sum = spent + cost[k];
    if (sum > budget * (1 + 1e-9)) continue;
    nodes.push_back({depth, k, sum});
    grow(cost, budget, k + 1, depth + 1, sum, nodes);
  }
}

// out = m + (x - m) * share, as tail::updated_mean; returns the largest.
FXE_CPU_CLONES float update(const float* m, const float* x, float share, size_t classes, float* out) {
  constexpr size_t kLanes = 16;
  std::array<float, kLanes> largest;
  largest.fill(-INFINITY);
  size_t block = 0;
  for (; block + kLanes <= classes; block += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const size_t j = block + lane;
      const float v = m[j] + (x[j] - m[j]) * share;
      out[j] = v;
      largest[lane] = v > largest[lane] ? v : largest[lane];
    }
  float most = -INFINITY;
  for (; block < classes; ++block) {
    out[block] = m[block] + (x[block] - m[block]) * share;
    most = out[block] > most ? out[block] : most;
  }
  for (const float v : largest) most = v > most ? v : most;
  return most;
}

FXE_CPU_CLONES void mark_rivals(const float* x, float least, size_t classes, uint8_t* rival) {
  for (size_t j = 0; j < classes; ++j) rival[j] |= x[j] >= least;
}

// One thread's means and counts.
class Searcher {
 public:
  Searcher(const Store& store, const OperatingPoint& order, const std::vector<Node>& nodes,
           std::span<const size_t> only)
      : store_(store),
        order_(order),
        nodes_(nodes),
        only_(only),
        classes_(store.classes()),
        outputs_(order.size() * classes_),
        means_((order.size() + 1) * classes_),
        largest_(order.size() + 1),
        weight_(order.size() + 1, 0),
        finite_(order.size()),
        scratch_(order.size()),
        rows_(order.size()),
        right(nodes.size(), 0) {}

  void run(size_t block) {
    for (size_t k = 0; k < order_.size(); ++k)
      rows_[k] = store_.logits(block, static_cast<size_t>(order_.members[k]), scratch_[k]);
    for (size_t r = 0; r < store_.images_in(block); ++r) {
      const size_t image = store_.first_image(block) + r;
      const int32_t label = store_.header().labels[image];
      if (label < 0 || !store_.readable(image) || !wanted(image)) continue;
      ++labelled;
      for (size_t k = 0; k < order_.size(); ++k) prepare(k, rows_[k].subspan(r * classes_, classes_).data());
      run_image(keep_rivals(static_cast<size_t>(label)));
    }
  }

 private:
  bool wanted(size_t image) const {
    return only_.empty() || std::binary_search(only_.begin(), only_.end(), image);
  }

  // What the mean is made of: z / T, or its softmax. The loops over classes use pointers: with libstdc++'s
  // checks of each index, search_subsets() has a third more instructions.
  void prepare(size_t k, const float* z) {
    float* x = outputs_.data() + k * classes_;
    const auto t = static_cast<float>(order_.temperatures[k]);
    bool finite = true;
    for (size_t j = 0; j < classes_; ++j) {
      x[j] = tail::tempered(z[j], t);
      finite = finite && tail::is_finite(x[j]);
    }
    finite_[k] = finite;
    if (!finite || order_.combine == Combine::logits) return;
    const float most = *std::max_element(x, x + classes_);
    float sum = 0;
    for (size_t j = 0; j < classes_; ++j) sum += x[j] = exp_of_nonpositive(x[j] - most);
    for (size_t j = 0; j < classes_; ++j) x[j] /= sum;
  }

  // Drops the classes that no subset can rank above the label, because every member has them below it by more
  // than the roundings of a mean: nearly all. Returns the label's position among those left.
  size_t keep_rivals(size_t label) {
    rival_.assign(classes_, 0);
    for (size_t k = 0; k < order_.size(); ++k) {
      if (!finite_[k]) continue;
      const float* x = outputs_.data() + k * classes_;
      mark_rivals(x, x[label] - room(x), classes_, rival_.data());
    }
    rival_[label] = 1;
    kept_ = 0;
    size_t at = 0;
    float* x = outputs_.data();
    const uint8_t* rival = rival_.data();
    for (size_t j = 0; j < classes_; ++j) {
      if (!rival[j]) continue;
      if (j == label) at = kept_;
      for (size_t k = 0; k < order_.size(); ++k)
        x[k * classes_ + kept_] = x[k * classes_ + j];  // kept_ <= j: not read again
      ++kept_;
    }
    return at;
  }

  // An upper bound on the rounding error of a mean of N outputs.
  float room(const float* x) const {
    const auto [low, high] = std::minmax_element(x, x + classes_);
    return 64 * static_cast<float>(order_.size()) * 0x1p-24f * std::max(std::fabs(*low), std::fabs(*high));
  }

  void run_image(size_t label) {
    for (size_t n = 0; n < nodes_.size(); ++n) {
      const Node& node = nodes_[n];
      const float* from = means_.data() + node.depth * classes_;
      float* to = means_.data() + (node.depth + 1) * classes_;
      if (finite_[node.last]) {
        const auto w = static_cast<float>(order_.weights[node.last]);
        const float sum = weight_[node.depth] + w;
        weight_[node.depth + 1] = sum;
        const float* x = outputs_.data() + node.last * classes_;
        // An empty mean, whatever an earlier image left there, becomes x itself.
        largest_[node.depth + 1] = update(w == sum ? x : from, x, w / sum, kept_, to);
      } else {
        std::copy_n(from, kept_, to);
        weight_[node.depth + 1] = weight_[node.depth];
        largest_[node.depth + 1] = largest_[node.depth];
      }
      if (weight_[node.depth + 1] > 0 && to[label] == largest_[node.depth + 1])
        right[n] += std::find(to, to + label, to[label]) == to + label;
    }
  }

  const Store& store_;
  const OperatingPoint& order_;
  const std::vector<Node>& nodes_;
  std::span<const size_t> only_;
  size_t classes_;
  std::vector<float> outputs_;  // [N classes]
  std::vector<float> means_;    // [N + 1 classes] by depth; the first one is empty
  std::vector<float> largest_, weight_;
  std::vector<char> finite_;
  std::vector<uint8_t> rival_;  // by class
  size_t kept_ = 0;             // how many classes are left
  std::vector<std::vector<float>> scratch_;
  std::vector<std::span<const float>> rows_;

 public:
  int64_t labelled = 0;
  std::vector<int64_t> right;  // by node
};

std::vector<int> members_of(const std::vector<Node>& nodes, size_t n, const OperatingPoint& order) {
  std::vector<int> members;
  size_t depth = nodes[n].depth + 1;
  for (size_t at = n + 1; at-- > 0 && depth > 0;)
    if (nodes[at].depth + 1 == depth) {
      members.insert(members.begin(), order.members[nodes[at].last]);
      --depth;
    }
  return members;
}

}  // namespace

SubsetCounts count_subsets(const Store& store, const OperatingPoint& order, std::span<const double> cost,
                           double budget, int threads, std::span<const size_t> only) {
  std::vector<Node> nodes;
  grow(cost, budget, 0, 0, 0, nodes);
  SubsetCounts counts;
  counts.complete = nodes.size() <= kMaxSubsets;
  nodes.resize(std::min(nodes.size(), kMaxSubsets));
  std::vector<Searcher> searchers(static_cast<size_t>(threads), Searcher(store, order, nodes, only));
  for_each_block(store.blocks(), threads, [&](size_t w, size_t b) { searchers[w].run(b); });

  for (const auto& s : searchers) counts.images += s.labelled;
  for (size_t n = 0; n < nodes.size(); ++n) {
    counts.subsets.push_back({members_of(nodes, n, order), nodes[n].cost, 0});
    for (const auto& s : searchers) counts.subsets.back().right += s.right[n];
  }
  return counts;
}

namespace {

bool better(const SubsetCount& s, const SubsetCount* than) {
  return !than || s.right > than->right || (s.right == than->right && s.cost < than->cost);
}

FixedSubset as_fixed(const SubsetCount& s, int64_t images) {
  return {s.members, s.cost, static_cast<double>(s.right) / static_cast<double>(images)};
}

}  // namespace

SubsetSearch search_subsets(const Store& store, const OperatingPoint& order, std::span<const double> cost,
                            double budget, int threads, std::span<const size_t> only) {
  const SubsetCounts counts = count_subsets(store, order, cost, budget, threads, only);
  SubsetSearch search;
  search.complete = counts.complete;
  search.searched = counts.subsets.size();
  const SubsetCount *best = nullptr, *best_single = nullptr;
  for (const SubsetCount& s : counts.subsets) {
    if (counts.images == 0) break;
    if (better(s, best)) best = &s;
    if (s.members.size() == 1 && better(s, best_single)) best_single = &s;
  }
  if (best) search.best = as_fixed(*best, counts.images);
  if (best_single) search.best_single = as_fixed(*best_single, counts.images);
  return search;
}

}  // namespace fxe
