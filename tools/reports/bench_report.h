// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/input/left_out.h"
#include "layers/backend.h"
#include "runtime/bench.h"
#include "tools/reports/time_summary.h"

namespace fxe {

// What was timed, for the head of a report.
struct BenchSubject {
  std::string ensemble, device;
  Precision precision = Precision::fp32;
  int batch = 1;
  std::string policy;
  std::string input;  // "random, seed 1" or the folder, with how many images
  BenchLimits limits;
  std::vector<double> percents;
  double wall_s = 0;
  std::optional<CopyTimes> copies;
  LeftOut left_out;  // of the folder
};

// What stopping after member k costs beyond the k members by themselves: the median over rounds of
// (time of the row) / (sum of its members' rows in the same round), minus 1. NaN if a member has no row.
double overhead_of_stopping(const BenchRow& stop_after, const std::vector<BenchRow>& rows);

nlohmann::ordered_json bench_json(const BenchSubject&, const std::vector<BenchRow>&);
// Prints the first row in trtexec's terms with its warnings, then one line for each other row.
void print_bench(std::FILE*, const BenchSubject&, const std::vector<BenchRow>&);

}  // namespace fxe
