// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/bench_run.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "engine/error.h"
#include "engine/input/loader.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

BenchInput BenchInput::random(const std::vector<ImageInput>& inputs, size_t images, uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> pixel(0, 255);
  BenchInput made;
  made.tensors_.resize(images);
  for (auto& image : made.tensors_)
    for (const ImageInput& input : inputs) {
      auto& tensor = image.emplace_back(input.bytes());
      if (input.as_pixels)
        for (std::byte& v : tensor) v = static_cast<std::byte>(pixel(generator));
      else
        for (float& v : as_floats(std::span(tensor))) v = normal(generator);
    }
  return made;
}

BenchInput BenchInput::read(const Dataset& dataset, const std::vector<ImageInput>& inputs, size_t images) {
  BenchInput made;
  std::string reason;
  constexpr size_t kAhead = 4;
  Loader loader(dataset, inputs, 1, kAhead, 0, dataset.images());
  while (made.tensors_.size() < images) {
    const Loader::Item* item = loader.next();
    if (!item) break;
    if (item->error.empty())
      made.tensors_.push_back(item->inputs);
    else if (reason.empty())
      reason = fmt::format("{}: {}", dataset.paths[item->index], item->error);
  }
  if (made.tensors_.empty())
    throw run_time_error("{}: no image could be used; the first: {}", dataset.root.string(), reason);
  return made;
}

void BenchInput::fill(Executor& executor, int batch) {
  for (int row = 0; row < batch; ++row, next_ = (next_ + 1) % tensors_.size())
    for (size_t i = 0; i < tensors_[next_].size(); ++i)
      std::ranges::copy(tensors_[next_][i], executor.input(i, row).begin());
}

double bench(Executor& executor, BenchInput& input, int batch, double deadline_ms, const BenchLimits& limits,
             std::vector<BenchRow>& rows) {
  std::vector<int> prepared;
  for (const auto& row : rows) prepared.push_back(executor.prepare(row.point));

  const auto warm_up = Clock::now();
  do {
    input.fill(executor, batch);
    for (const int p : prepared) executor.run(p, batch, deadline_ms);
  } while (ms_between(warm_up, Clock::now()) < limits.warm_up_ms);

  const auto start = Clock::now();
  const auto elapsed_ms = [&] { return ms_between(start, Clock::now()); };
  for (int64_t round = 0; round < limits.iterations || elapsed_ms() < 1000 * limits.duration_s; ++round) {
    input.fill(executor, batch);
    for (size_t i = 0; i < rows.size(); ++i) {
      const size_t at = (static_cast<size_t>(round) + i) % rows.size();
      BenchRow& row = rows[at];
      row.times.start_ms.push_back(elapsed_ms());
      const BatchRun& run = executor.run(prepared[at], batch, deadline_ms);
      double compute_ms = 0;
      for (const auto& stage : run.stages) compute_ms += stage.ms;
      row.times.latency_ms.push_back(run.ms);
      row.times.compute_ms.push_back(compute_ms);
      for (const auto& result : run.rows) row.members_run += result.members;
    }
  }
  return elapsed_ms() / 1000;
}

}  // namespace fxe
