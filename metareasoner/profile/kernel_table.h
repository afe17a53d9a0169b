// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "metareasoner/plan_member.h"
#include "metareasoner/profile/kernel_clock.h"
#include "metareasoner/profile/savings.h"

namespace fxe {

// The calls of every kernel of every member's plans, under the profiled policy and under the full ensemble,
// and sums of them by member, layer or kernel.
class KernelTable {
 public:
  enum Policy { flexible, full };

  // Members outlive the table.
  explicit KernelTable(std::span<const PlanMember* const> members);

  // Throws run_time for a call of a plan that belongs to no member.
  void add(Policy, std::span<const KernelCall>);
  size_t member_of(const Plan& plan) const { return plans_.at(&plan).member; }
  double measured_ms(Policy policy) const { return static_cast<double>(measured_ns_[policy]) / 1e6; }

  // A kernel of one layer at one batch size. A layer's work counts for its slowest kernel.
  struct Row {
    size_t member = 0;
    int64_t batch = 0;
    const Plan::Layer* layer = nullptr;
    size_t layer_index = 0;  // in its plan; the same layer at every batch size
    std::string kernel;
    Savings savings;
  };
  std::vector<Row> rows() const;  // kernels that ran, in the order members run them

  // What ran between members, such as tails and copies.
  std::map<std::string, Savings> between_members() const;

 private:
  struct Calls {
    int64_t count[2] = {0, 0};
    int64_t ns = 0;
  };
  struct PlanCalls {
    size_t member;
    std::vector<std::vector<Calls>> layers;  // [layer][kernel]
  };
  static Savings savings(const Calls&);

  std::vector<const PlanMember*> members_;
  std::map<const Plan*, PlanCalls> plans_;
  std::map<std::string, Calls> others_;
  int64_t measured_ns_[2] = {0, 0};
};

// Sums of rows.
std::vector<Savings> by_member(const std::vector<KernelTable::Row>&, size_t members);
struct LayerSavings {
  size_t member;
  const Plan::Layer* layer;  // at the largest batch size that ran
  Savings savings;
  std::vector<const KernelTable::Row*> rows;
};
std::vector<LayerSavings> by_layer(const std::vector<KernelTable::Row>&);  // the rows outlive the result
struct NamedSavings {
  std::string kernel;
  size_t layers = 0;  // that run it, over all members
  Savings savings;
};
std::vector<NamedSavings> by_kernel(const std::vector<KernelTable::Row>&);  // longest under full first

}  // namespace fxe
