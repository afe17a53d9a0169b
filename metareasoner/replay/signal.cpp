// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/signal.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/error.h"
#include "kernels/tail/rules.h"

namespace fxe {

namespace {

constexpr std::array<std::string_view, 5> kNames = {"margin", "raw_margin", "top1", "entropy", "agreement"};

}  // namespace

std::string_view name(ReplaySignal s) { return kNames[static_cast<size_t>(s)]; }

ReplaySignal parse_signal(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end())
    throw bad_input("--signal: expected {}, found '{}'", fmt::join(kNames, ", "), text);
  return static_cast<ReplaySignal>(found - kNames.begin());
}

bool needs_all_details(ReplaySignal s) { return s == ReplaySignal::entropy || s == ReplaySignal::agreement; }

float signal_value(ReplaySignal signal, const PrefixScore& s, size_t k, size_t classes) {
  const tail::Top2 top{{s.raw1, s.label}, {s.raw2, classes > 1 ? s.label + 1 : -1}};
  switch (signal) {
    case ReplaySignal::margin:
      return tail::margin(Signal::margin, top, {s.p1, s.p2});
    case ReplaySignal::raw_margin:
      return tail::margin(Signal::raw_margin, top, {s.p1, s.p2});
    case ReplaySignal::top1:
      return s.p1;
    case ReplaySignal::entropy:
      return classes > 1 ? 1 - s.entropy / std::log(static_cast<float>(classes)) : 1;
    case ReplaySignal::agreement:
      return k < 2 ? 0 : std::max(0.0f, static_cast<float>(s.votes - 1) / static_cast<float>(k - 1));
  }
  return 0;
}

}  // namespace fxe
