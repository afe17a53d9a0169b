// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/tail_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/kernels/tail_reference.h"
#include "tests/support/compare.h"

namespace fxe::test {
namespace {

// [n], guarded, filled with bytes that are a NaN and an index far outside.
template <class T>
class Array {
 public:
  explicit Array(int32_t n) : n_(static_cast<size_t>(n)), guarded_(n_ * sizeof(T)) {
    std::memset(guarded_.data(), 0xFF, n_ * sizeof(T));
  }
  T* data() { return static_cast<T*>(guarded_.data()); }
  T& operator[](size_t i) { return data()[i]; }
  size_t size() const { return n_; }
  bool intact() const { return guarded_.intact(); }
  std::vector<char> bytes(size_t from, size_t count) {
    const char* start = reinterpret_cast<const char*>(data() + from);
    return {start, start + count * sizeof(T)};
  }

 private:
  size_t n_;
  Guarded guarded_;
};

struct Memory {
  explicit Memory(const TailCase& c)
      : logits(c.capacity * c.classes),
        mean(c.capacity * c.classes),
        weight_sum(c.capacity),
        results(c.capacity),
        live(c.capacity),
        live_count(1),
        stage(1),
        deadline(1),
        times_ns(static_cast<int32_t>(1 + c.stages.size())) {
    for (size_t i = 0; i < times_ns.size(); ++i) times_ns[i] = 0;
    for (size_t i = 0; i < weight_sum.size(); ++i) weight_sum[i] = 0;
    std::copy(c.live.begin(), c.live.end(), live.data());
    live_count[0] = static_cast<int32_t>(c.live.size());
    deadline[0] = {kStartNs, c.deadline_ns};
  }
  bool intact() const {
    return logits.intact() && mean.intact() && weight_sum.intact() && results.intact() && live.intact() &&
           live_count.intact() && stage.intact() && deadline.intact() && times_ns.intact();
  }
  // What belongs to an image.
  std::vector<char> row(size_t image, size_t classes) {
    std::vector<char> all = mean.bytes(image * classes, classes);
    for (const auto& part : {weight_sum.bytes(image, 1), results.bytes(image, 1)})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }

  Array<float> logits, mean, weight_sum;
  Array<RowResult> results;
  Array<int32_t> live, live_count;
  Array<TailStage> stage;
  Array<TailDeadline> deadline;
  Array<uint64_t> times_ns;
};

TailArguments arguments(const TailCase& c, size_t k, Memory& m) {
  TailArguments a;
  a.classes = c.classes;
  a.stage = static_cast<int32_t>(k);
  a.last = k + 1 == c.stages.size();
  a.combine = c.combine;
  a.signal = c.signal;
  a.logits = m.logits.data();
  a.mean = m.mean.data();
  a.weight_sum = m.weight_sum.data();
  a.results = m.results.data();
  a.live = m.live.data();
  a.live_count = m.live_count.data();
  a.stage_parameters = m.stage.data();
  a.times_ns = m.times_ns.data();
  a.deadline = c.deadline_ns == 0 && c.capacity % 2 == 0 ? nullptr : m.deadline.data();  // both mean none
  return a;
}

void expect_within(double y, const Bounded& r, const char* what) {
  const double difference = std::fabs(y - r.value);
  EXPECT_TRUE(difference <= r.error) << what << " is " << y << ", expected " << r.value << " +- " << r.error;
}

void expect_row(const TailReference& r, const RowResult& y, const float* mean) {
  EXPECT_EQ(y.label, r.label);
  EXPECT_EQ(y.members, r.members);
  EXPECT_EQ(y.status, r.status);
  expect_within(static_cast<double>(y.p1), r.p1, "p1");
  expect_within(static_cast<double>(y.p2), r.p2, "p2");
  expect_within(static_cast<double>(y.margin), r.margin, "margin");
  if (r.label < 0) return;
  for (size_t j = 0; j < r.mean.size(); ++j)
    expect_within(static_cast<double>(mean[j]), r.mean[j], "a class of the mean");
}

}  // namespace

std::vector<RowResult> check_tail(const TailCase& c, const RunTail& run) {
  const auto classes = static_cast<size_t>(c.classes);
  Memory memory(c);
  std::vector<TailReference> references(static_cast<size_t>(c.capacity), TailReference(c));
  std::vector<int32_t> live = c.live;
  for (size_t k = 0; k < c.stages.size(); ++k) {
    memory.stage[0] = c.stages[k].parameters;
    for (size_t r = 0; r < live.size(); ++r)
      std::copy_n(c.stages[k].logits.data() + static_cast<size_t>(live[r]) * classes, classes,
                  memory.logits.data() + r * classes);
    std::vector<std::vector<char>> before;
    for (size_t i = 0; i < references.size(); ++i) before.push_back(memory.row(i, classes));

    run(arguments(c, k, memory), c.stages[k].elapsed_ns);

    for (size_t i = 0; i < memory.times_ns.size(); ++i) {
      const uint64_t ended_ns =
          memory.times_ns[i] >= kStartNs ? memory.times_ns[i] - kStartNs : memory.times_ns[i];
      EXPECT_EQ(ended_ns, i > 0 && i <= k + 1 ? c.stages[i - 1].elapsed_ns : 0) << c.name << ": time " << i;
    }

    std::vector<int32_t> survivors;
    for (size_t i = 0, r = 0; i < references.size(); ++i) {
      SCOPED_TRACE(c.name + ": image " + std::to_string(i) + " after member " + std::to_string(k + 1));
      if (r == live.size() || live[r] != static_cast<int32_t>(i)) {
        EXPECT_EQ(memory.row(i, classes), before[i]) << "written, but not in the batch any more";
        continue;
      }
      ++r;
      if (references[i].step(k, static_cast<int32_t>(i))) survivors.push_back(static_cast<int32_t>(i));
      expect_row(references[i], memory.results[i], memory.mean.data() + i * classes);
      if (references[i].scored) continue;
      const std::vector<char> row = memory.row(i, classes);
      EXPECT_TRUE(std::equal(row.begin(), row.end() - sizeof(RowResult), before[i].begin()))
          << "left out, but the mean or its weight changed";
    }
    const int32_t count = memory.live_count[0];
    EXPECT_EQ(count, static_cast<int32_t>(survivors.size())) << c.name << ": member " << k + 1;
    if (count != static_cast<int32_t>(survivors.size())) break;
    EXPECT_EQ(std::vector<int32_t>(memory.live.data(), memory.live.data() + count), survivors) << c.name;
    EXPECT_TRUE(memory.intact()) << c.name << ": written outside an array";
    live = survivors;
  }
  return {memory.results.data(), memory.results.data() + c.capacity};
}

}  // namespace fxe::test
