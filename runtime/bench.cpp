// SPDX-License-Identifier: Apache-2.0
#include "runtime/bench.h"

#include <algorithm>
#include <chrono>

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

double bench(Executor& executor, BenchInput& input, int batch, double deadline_ms, const BenchLimits& limits,
             std::vector<BenchRow>& rows, const BenchCalls& calls) {
  std::vector<int> prepared;
  for (const auto& row : rows) prepared.push_back(executor.prepare(row.point));

  const auto stopped = [&] { return calls.stop && calls.stop(); };
  const auto warm_up = Clock::now();
  do {
    input.fill(executor, batch);
    for (const int p : prepared) executor.run(p, batch, deadline_ms);
  } while (!stopped() && ms_between(warm_up, Clock::now()) < limits.warm_up_ms);

  const auto start = Clock::now();
  const auto elapsed_ms = [&] { return ms_between(start, Clock::now()); };
  const auto progress = [&](int64_t done, double total) {
    if (calls.progress) calls.progress(static_cast<size_t>(done), static_cast<size_t>(total));
  };
  progress(0, static_cast<double>(limits.iterations));
  for (int64_t round = 0;
       !stopped() && (round < limits.iterations || elapsed_ms() < 1000 * limits.duration_s); ++round) {
    input.fill(executor, batch);
    for (size_t i = 0; i < rows.size(); ++i) {
      const size_t at = (static_cast<size_t>(round) + i) % rows.size();
      BenchRow& row = rows[at];
      row.times.start_ms.push_back(elapsed_ms());
      const auto begin = Clock::now();
      executor.begin(prepared[at], batch, deadline_ms, 0);
      if (executor.begin_returns_early()) row.times.enqueue_ms.push_back(ms_between(begin, Clock::now()));
      const BatchRun& run = executor.end(0);
      double compute_ms = 0;
      for (const auto& stage : run.stages) compute_ms += stage.ms;
      row.times.latency_ms.push_back(run.ms);
      row.times.compute_ms.push_back(compute_ms);
      for (const auto& result : run.rows) row.members_run += result.members;
    }
    const double done = static_cast<double>(round + 1);
    progress(round + 1, std::max(static_cast<double>(limits.iterations),
                                 done * 1000 * limits.duration_s / elapsed_ms()));
  }
  return elapsed_ms() / 1000;
}

}  // namespace fxe
