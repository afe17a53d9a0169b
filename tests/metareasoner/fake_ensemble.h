// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <numeric>

#include "engine/input/image_input.h"
#include "metareasoner/cpu_executor.h"
#include "tests/metareasoner/fake_member.h"
#include "tests/support/generate.h"

namespace fxe::test {

// Fake members over `images` images with random logits, and an executor for them.
struct FakeEnsemble {
  FakeEnsemble(size_t members, size_t count, int64_t classes, int batch, uint64_t seed) : images(count) {
    for (size_t m = 0; m < members; ++m) {
      Random random(seed, "member" + std::to_string(m));
      std::vector<std::vector<float>> table;
      for (size_t i = 0; i < count; ++i) table.push_back(normals(random, static_cast<size_t>(classes), 2));
      tables.push_back(table);
      fakes.push_back(std::make_unique<FakeMember>("m" + std::to_string(m), table));
    }
    make_executor(batch);
  }

  void make_executor(int batch) {
    capacity = batch;
    std::vector<MemberSlot> slots;
    for (auto& f : fakes) slots.push_back({f.get(), 0});
    executor = make_cpu_executor(*device, slots, capacity);
  }

  // All images through one operating point, `capacity` at a time.
  std::vector<RowResult> run(const OperatingPoint& point) {
    const int prepared = executor->prepare(point);
    std::vector<RowResult> rows;
    for (size_t first = 0; first < images; first += static_cast<size_t>(capacity)) {
      const auto count = std::min(images - first, static_cast<size_t>(capacity));
      for (size_t i = 0; i < count; ++i)
        as_floats(executor->input(0, static_cast<int>(i)))[0] = static_cast<float>(first + i);
      const auto& batch = executor->run(prepared, static_cast<int>(count));
      rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
    }
    return rows;
  }

  size_t images;
  int capacity = 1;
  std::vector<std::vector<std::vector<float>>> tables;  // [member][image][class]
  std::unique_ptr<Device> device = make_host_device();
  std::vector<std::unique_ptr<FakeMember>> fakes;
  std::unique_ptr<Executor> executor;
};

// Members 0 .. n-1 with weights and temperatures of 1.
inline OperatingPoint plain_point(size_t n, double threshold, Combine combine = Combine::logits) {
  OperatingPoint p;
  p.members.resize(n);
  std::iota(p.members.begin(), p.members.end(), 0);
  p.combine = combine;
  p.weights.assign(n, 1);
  p.temperatures.assign(n, 1);
  p.thresholds.assign(n - 1, threshold);
  return p;
}

inline bool same_bits(const RowResult& a, const RowResult& b) {
  return a.label == b.label && a.p1 == b.p1 && a.p2 == b.p2 && a.margin == b.margin &&
         a.members == b.members && a.status == b.status;
}

}  // namespace fxe::test
