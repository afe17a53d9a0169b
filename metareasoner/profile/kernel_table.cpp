// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/profile/kernel_table.h"

#include <algorithm>
#include <set>

#include "engine/error.h"

namespace fxe {

KernelTable::KernelTable(std::span<const PlanMember* const> members)
    : members_(members.begin(), members.end()) {
  for (size_t m = 0; m < members_.size(); ++m)
    for (const auto& plan : members_[m]->plans()) {
      PlanCalls calls{m, {}};
      for (const Plan::Layer& layer : plan->layers()) calls.layers.emplace_back(layer.kernels.size());
      plans_.emplace(plan.get(), std::move(calls));
    }
}

void KernelTable::add(Policy policy, std::span<const KernelCall> calls) {
  for (const KernelCall& call : calls) {
    const auto plan = plans_.find(call.plan);
    if (call.plan && plan == plans_.end())
      throw run_time_error("profile: a kernel ran of a plan that is no member's");
    Calls& of = call.plan ? plan->second.layers.at(call.layer).at(call.kernel) : others_[call.name];
    ++of.count[policy];
    of.ns += call.ns;
    measured_ns_[policy] += call.ns;
  }
}

Savings KernelTable::savings(const Calls& calls) {
  const double total_ms = static_cast<double>(calls.ns) / 1e6;
  const double mean_ms = total_ms / static_cast<double>(calls.count[flexible] + calls.count[full]);
  return {.calls_run = calls.count[flexible],
          .calls_full = calls.count[full],
          .run_ms = mean_ms * static_cast<double>(calls.count[flexible]),
          .full_ms = mean_ms * static_cast<double>(calls.count[full]),
          .timed_ms = total_ms};
}

std::vector<KernelTable::Row> KernelTable::rows() const {
  std::vector<Row> rows;
  for (size_t m = 0; m < members_.size(); ++m)
    for (const auto& plan : members_[m]->plans()) {
      const PlanCalls& calls = plans_.at(plan.get());
      for (size_t i = 0; i < calls.layers.size(); ++i) {
        const Plan::Layer& layer = plan->layers()[i];
        const auto& kernels = calls.layers[i];
        const auto longest = std::max_element(kernels.begin(), kernels.end(),
                                              [](const Calls& a, const Calls& b) { return a.ns < b.ns; });
        for (size_t k = 0; k < kernels.size(); ++k) {
          const auto count = kernels[k].count[flexible] + kernels[k].count[full];
          if (count == 0) continue;
          rows.push_back({m, plan->batch(), &layer, i, layer.kernels[k], savings(kernels[k])});
          if (kernels.begin() + static_cast<ptrdiff_t>(k) != longest) continue;
          rows.back().savings.flops = 2.0 * static_cast<double>(layer.multiply_adds * count);
          rows.back().savings.bytes = static_cast<double>(layer.bytes) * static_cast<double>(count);
        }
      }
    }
  return rows;
}

std::map<std::string, Savings> KernelTable::between_members() const {
  std::map<std::string, Savings> all;
  for (const auto& [name, calls] : others_) all.emplace(name, savings(calls));
  return all;
}

std::vector<Savings> by_member(const std::vector<KernelTable::Row>& rows, size_t members) {
  std::vector<Savings> sums(members);
  for (const auto& row : rows) sums.at(row.member) += row.savings;
  return sums;
}

std::vector<LayerSavings> by_layer(const std::vector<KernelTable::Row>& rows) {
  std::map<std::pair<size_t, size_t>, LayerSavings> sums;
  for (const auto& row : rows) {
    LayerSavings& sum =
        sums.try_emplace({row.member, row.layer_index}, LayerSavings{row.member, {}, {}, {}}).first->second;
    sum.layer = row.layer;  // batch sizes ascend
    sum.savings += row.savings;
    sum.rows.push_back(&row);
  }
  std::vector<LayerSavings> list;
  for (auto& [place, sum] : sums) list.push_back(std::move(sum));
  return list;
}

std::vector<NamedSavings> by_kernel(const std::vector<KernelTable::Row>& rows) {
  std::map<std::string, NamedSavings> sums;
  std::map<std::string, std::set<std::pair<size_t, size_t>>> layers;
  for (const auto& row : rows) {
    NamedSavings& sum = sums[row.kernel];
    sum.kernel = row.kernel;
    sum.savings += row.savings;
    layers[row.kernel].insert({row.member, row.layer_index});
  }
  std::vector<NamedSavings> list;
  for (auto& [name, sum] : sums) {
    sum.layers = layers[name].size();
    list.push_back(std::move(sum));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.savings.full_ms > b.savings.full_ms; });
  return list;
}

}  // namespace fxe
