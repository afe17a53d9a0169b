// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "tests/support/generate.h"

namespace fxe::test {

// How a network or an ensemble runs on the GPU, and on how many images.
struct Setting {
  std::string precision, control, launch, in_flight, tail, batch;
  int images = 0;

  std::vector<std::string> words() const {
    return {"--precision", precision, "--control", control,   "--launch", launch,    "--in-flight",
            in_flight,     "--tail",  tail,        "--batch", batch,      "--limit", std::to_string(images)};
  }
  // Control together with launch, for which only some combinations exist, and every other option.
  std::set<std::string> pairs() const {
    const std::string values[] = {precision, control + ' ' + launch + ' ' + in_flight, tail, batch};
    std::set<std::string> pairs;
    for (size_t i = 0; i < std::size(values); ++i)
      for (size_t j = 0; j < i; ++j) pairs.insert(fmt::format("{}={} {}={}", i, values[i], j, values[j]));
    return pairs;
  }
};

inline bool run_all() { return std::getenv("FXE_SIM_ALL") != nullptr; }

// Each runs more than one batch, the last of them partly filled.
inline std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  for (const char* precision : {"fp32", "tf32", "fp16", "bf16"})
    for (const auto& [control, launch, in_flight] : {std::array{"device", "graph", "1"},
                                                     {"device", "graph", "2"},
                                                     {"none", "graph", "1"},
                                                     {"none", "graph", "2"},
                                                     {"host", "graph", "1"},
                                                     {"host", "stream", "1"}})
      for (const char* tail : {"fused", "separate"})
        for (const auto& [batch, images] : {std::pair{"1", 6}, {"7", 16}, {"32", 40}})
          all.push_back({precision, control, launch, in_flight, tail, batch, run_all() ? 200 : images});
  return all;
}

// A set of settings that contains every pair that occurs in `all`: repeatedly takes, of a few random ones,
// the one with the most new pairs.
inline std::vector<Setting> covering(const std::vector<Setting>& all) {
  std::set<std::string> open;
  for (const Setting& s : all) open.merge(s.pairs());
  Random random(1, "settings");
  std::vector<Setting> chosen;
  while (!open.empty()) {
    const auto news = [&](const Setting& s) {
      const auto pairs = s.pairs();
      return std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return open.contains(pair); });
    };
    const Setting* best = &all[0];
    for (int i = 0; i < 60; ++i) {
      const Setting& s = all[static_cast<size_t>(random.integer(0, static_cast<int64_t>(all.size()) - 1))];
      if (news(s) > news(*best)) best = &s;
    }
    for (const auto& pair : best->pairs()) open.erase(pair);
    chosen.push_back(*best);
  }
  return chosen;
}

}  // namespace fxe::test
