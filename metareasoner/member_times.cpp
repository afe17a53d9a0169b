// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/member_times.h"

#include "metareasoner/member.h"

namespace fxe {

MemberTimes::MemberTimes(size_t members, std::vector<int64_t> sizes)
    : sizes_(std::move(sizes)), ns_(members, std::vector<uint64_t>(sizes_.size(), 0)) {}

void MemberTimes::set(size_t member, int64_t batch, uint64_t ns) {
  ns_[member][smallest_fit(sizes_, batch)] = ns;
}

uint64_t MemberTimes::expected_ns(size_t member, int64_t live) const {
  const auto& times = ns_[member];
  for (size_t i = smallest_fit(sizes_, live); i < times.size(); ++i)
    if (times[i] != 0) return times[i];
  return 0;
}

}  // namespace fxe
