// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/bench_times.h"

namespace fxe {

// In trtexec's terms: {"min": .., "max": .., "mean": .., "median": .., "percentile(90%)": ..}.
nlohmann::ordered_json summary_json(const TimeSummary&, const std::vector<double>& percents);

// "TITLE: min = 1.2 ms, max = .., mean = .., median = .., percentile(90%) = .. ms".
void print_summary(std::FILE*, const std::string& title, const TimeSummary&,
                   const std::vector<double>& percents);

// One object per query with the keys of trtexec's --exportTimes.
nlohmann::ordered_json times_json(const BenchTimes&);

}  // namespace fxe
