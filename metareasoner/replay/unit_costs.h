// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "metareasoner/operating_point.h"
#include "metareasoner/replay/replay.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store.h"

namespace fxe {

// What one image costs in each member of an order, in the best unit known: measured time, else multiply-adds,
// else members. Searches add these up; survivors that run in smaller batches than `batch` may cost more,
// which replay() accounts for.
struct UnitCosts {
  enum class Unit { ms, multiply_adds, members };
  Unit unit = Unit::members;
  std::vector<double> of_member;  // by position in the order

  // After the first k = 1 .. N members.
  std::vector<double> cumulative() const;
};
std::string_view name(UnitCosts::Unit);  // "ms per image", "multiply-adds", "members"

// Throws bad_input if `costs` lacks a member. `batch`: the cost is a full batch's, divided by it.
UnitCosts unit_costs(const Store&, const OperatingPoint& order, const CostTable&, int batch);

double mean_cost(const Replayed&, UnitCosts::Unit);  // per image

}  // namespace fxe
