// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/trace.h"

#include <algorithm>

#include "engine/error.h"
#include "metareasoner/replay/for_each_block.h"

namespace fxe {

namespace {

// Why a compact store cannot answer for this order; empty if it can.
std::string not_recorded(const StoreHeader& h, const OperatingPoint& order) {
  const OperatingPoint recorded = recorded_order(h);
  for (size_t k = 0; k < order.size(); ++k) {
    if (order.members[k] != recorded.members[k]) return "another order or subset of members";
    if (order.weights[k] != recorded.weights[k] && order.size() > 1) return "other weights";
    if (order.temperatures[k] != recorded.temperatures[k]) return "other temperatures";
  }
  return order.combine == recorded.combine ? "" : "another combination";
}

void copy_compact(const Store& store, size_t sizes, size_t block, PrefixScore* out) {
  const auto all = store.prefixes(block);
  for (size_t i = 0; i < store.images_in(block); ++i)
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(i * store.members()), sizes, out + i * sizes);
}

// What one thread needs.
struct Worker {
  PrefixScorer scorer;
  std::vector<float> scratch;
};

}  // namespace

Trace Trace::first(size_t sizes) const {
  Trace t;
  t.order_ = order_;
  t.order_.members.resize(sizes);
  t.order_.weights.resize(sizes);
  t.order_.temperatures.resize(sizes);
  t.order_.thresholds.assign(sizes - 1, 1);
  t.detail_ = detail_;
  for (size_t i = 0; i < images(); ++i) {
    const auto all = image(i);
    t.scores_.insert(t.scores_.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sizes));
  }
  return t;
}

Trace Trace::of(const Store& store, const OperatingPoint& order, PrefixDetail detail, int threads) {
  check_operating_point(order, store.members(), "order");
  Trace trace;
  trace.order_ = order;
  trace.detail_ = store.is_compact() ? PrefixDetail::all : detail;
  trace.scores_.resize(store.images() * order.size());
  const auto out_of = [&](size_t block) {
    return trace.scores_.data() + store.first_image(block) * order.size();
  };
  if (store.is_compact()) {
    if (const auto why = not_recorded(store.header(), order); !why.empty())
      throw bad_input(
          "{}: a compact store knows the prefixes of its own order only, as it was joined then; this asks "
          "for {}; "
          "record without --compact",
          store.path().string(), why);
    for_each_block(store.blocks(), threads,
                   [&](size_t, size_t b) { copy_compact(store, order.size(), b, out_of(b)); });
    return trace;
  }
  std::vector<Worker> workers;
  for (int t = 0; t < threads; ++t)
    workers.push_back({PrefixScorer(order, static_cast<int32_t>(store.classes()), detail), {}});
  for_each_block(store.blocks(), threads, [&](size_t w, size_t b) {
    Worker& worker = workers[w];
    worker.scorer.run(
        std::span(store.header().labels).subspan(store.first_image(b), store.images_in(b)),
        [&](size_t k) { return store.logits(b, static_cast<size_t>(order.members[k]), worker.scratch); },
        {out_of(b), store.images_in(b) * order.size()});
  });
  return trace;
}

}  // namespace fxe
