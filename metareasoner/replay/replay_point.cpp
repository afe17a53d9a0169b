// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/replay_point.h"

namespace fxe {

ReplayPoint replay_point(const EnsembleFile& file, const std::vector<int>& order, const std::string& policy) {
  ReplayPoint p;
  p.policy = resolve_policy(file, policy);
  p.full = resolve_policy(file, "full").point;
  for (OperatingPoint* point : {&p.policy.point, &p.full})
    for (int& m : point->members) m = order[static_cast<size_t>(m)];
  p.signal = p.policy.point.signal == Signal::margin ? ReplaySignal::margin : ReplaySignal::raw_margin;
  return p;
}

}  // namespace fxe
