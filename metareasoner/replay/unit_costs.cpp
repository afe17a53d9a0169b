// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/unit_costs.h"

#include <algorithm>

#include "engine/error.h"

namespace fxe {

std::string_view name(UnitCosts::Unit unit) {
  switch (unit) {
    case UnitCosts::Unit::ms:
      return "ms per image";
    case UnitCosts::Unit::multiply_adds:
      return "multiply-adds";
    case UnitCosts::Unit::members:
      return "members";
  }
  return "";
}

std::vector<double> UnitCosts::cumulative() const {
  std::vector<double> sums;
  double sum = 0;
  for (const double c : of_member) sums.push_back(sum += c);
  return sums;
}

UnitCosts unit_costs(const Store& store, const OperatingPoint& order, const CostTable& costs, int batch) {
  UnitCosts u;
  const auto member = [&](int m) -> const StoreMember& {
    return store.header().members[static_cast<size_t>(m)];
  };
  const bool counted = std::all_of(order.members.begin(), order.members.end(),
                                   [&](int m) { return member(m).multiply_adds >= 0; });
  u.unit = !costs.empty() ? UnitCosts::Unit::ms
           : counted      ? UnitCosts::Unit::multiply_adds
                          : UnitCosts::Unit::members;
  for (const int m : order.members) {
    if (u.unit == UnitCosts::Unit::ms) {
      const auto& names = costs.members();
      const auto found = std::find(names.begin(), names.end(), member(m).name);
      if (found == names.end())
        throw bad_input("costs: no member is called '{}' (there are: {}); are they of another ensemble?",
                        member(m).name, fmt::join(names, ", "));
      u.of_member.push_back(costs.ms(static_cast<size_t>(found - names.begin()), batch) / batch);
    } else {
      u.of_member.push_back(counted ? static_cast<double>(member(m).multiply_adds) : 1);
    }
  }
  return u;
}

double mean_cost(const Replayed& r, UnitCosts::Unit unit) {
  switch (unit) {
    case UnitCosts::Unit::ms:
      return r.time_per_image_ms();
    case UnitCosts::Unit::multiply_adds:
      return r.mean_multiply_adds();
    case UnitCosts::Unit::members:
      return r.evaluation.mean_members();
  }
  return 0;
}

}  // namespace fxe
