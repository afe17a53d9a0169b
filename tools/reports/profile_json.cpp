// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/json_file.h"
#include "tools/reports/profile_report.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

struct Whole {
  double saved_ms;
  DeviceCeiling ceiling;
};

double share(double part, double whole) { return whole > 0 ? part / whole : NAN; }

void add_savings(Json& json, const Savings& s, const Whole& whole) {
  json["calls"] = {{"run", s.calls_run}, {"saved", s.calls_saved()}, {"full", s.calls_full}};
  json["ms"] = {{"run", s.run_ms}, {"saved", s.saved_ms()}, {"full", s.full_ms}};
  json["share_of_saving"] = number_or_null(share(s.saved_ms(), whole.saved_ms));
  json["gb_per_s"] = number_or_null(s.gb_per_s());
  json["gflop_per_s"] = number_or_null(s.gflop_per_s());
  json["of_bandwidth"] = number_or_null(share(s.gb_per_s(), whole.ceiling.gb_per_s));
  json["of_rate"] = number_or_null(share(s.gflop_per_s(), whole.ceiling.gflop_per_s));
}

Json kernel_json(const KernelTable::Row& row, const Whole& whole) {
  Json json = {{"kernel", row.kernel}, {"batch", row.batch}};
  json["ms_per_call"] =
      row.savings.timed_ms / static_cast<double>(row.savings.calls_run + row.savings.calls_full);
  add_savings(json, row.savings, whole);
  return json;
}

Json policy_json(const ProfileResult& r, KernelTable::Policy p) {
  const ProfiledPolicy& policy = r.policies[p];
  return {{"time_per_image_ms", number_or_null(r.per_image_ms(p))},
          {"network_ms", policy.network_ms},
          {"mean_members", number_or_null(policy.members / static_cast<double>(r.images))},
          {"exits", policy.exits},
          {"observed_ms", policy.observed_ms},
          {"kernels_ms", r.table.measured_ms(p)},
          {"outside_kernels_ms", r.outside_ms(p)}};
}

}  // namespace

Json profile_json(const ProfileSubject& subject, const ProfileResult& r) {
  const auto rows = r.table.rows();
  const auto between = r.table.between_members();
  Savings all;
  for (const auto& row : rows) all += row.savings;
  for (const auto& [name, savings] : between) all += savings;
  const Whole whole{all.saved_ms(), r.ceiling};

  Json failed = Json::array();
  for (const auto& f : r.failed) failed.push_back({{"path", f.path}, {"reason", f.reason}});
  Json json = {
      {"schema", "fxe.profile/1"},
      {"ensemble", subject.run.ensemble},
      {"device", subject.run.device},
      {"precision", name(subject.run.precision)},
      {"policy",
       {{"text", subject.run.policy.text},
        {"members", subject.run.member_names},
        {"thresholds", subject.run.policy.point.thresholds}}},
      {"batch", subject.run.batch},
      {"images", r.images},
      {"failed", failed},
      {"measured_gb_per_s", number_or_null(r.ceiling.gb_per_s)},
      {"measured_gflop_per_s", number_or_null(r.ceiling.gflop_per_s)},
      {"flexible", policy_json(r, KernelTable::flexible)},
      {"full", policy_json(r, KernelTable::full)},
      {"speedup", number_or_null(r.per_image_ms(KernelTable::full) / r.per_image_ms(KernelTable::flexible))}};
  add_savings(json["kernels_in_all"], all, whole);

  json["schedules"] = Json::array();
  for (const ScheduleTime& s : r.schedules.schedules)
    json["schedules"].push_back(
        {{"control", s.control},
         {"tail", s.tail},
         {"time_per_image_ms", number_or_null(s.network_ms / static_cast<double>(r.schedules.images))}});

  Json members = Json::array();
  for (const Savings& savings : by_member(rows, subject.members.size())) {
    Json member = {{"name", subject.members[members.size()]}};
    add_savings(member, savings, whole);
    member["layers"] = Json::array();
    members.push_back(std::move(member));
  }
  for (const LayerSavings& of : by_layer(rows)) {
    Json layer = {{"name", of.layer->name}, {"op", op_str(of.layer->op)}};
    add_savings(layer, of.savings, whole);
    layer["kernels"] = Json::array();
    for (const auto* row : of.rows) layer["kernels"].push_back(kernel_json(*row, whole));
    members[of.member]["layers"].push_back(std::move(layer));
  }
  json["members"] = std::move(members);
  json["kernels"] = Json::array();
  for (const NamedSavings& of : by_kernel(rows)) {
    Json kernel = {{"kernel", of.kernel}, {"layers", of.layers}};
    add_savings(kernel, of.savings, whole);
    json["kernels"].push_back(std::move(kernel));
  }
  json["between_members"] = Json::array();
  for (const auto& [name, savings] : between) {
    Json kernel = {{"kernel", name}};
    add_savings(kernel, savings, whole);
    json["between_members"].push_back(std::move(kernel));
  }
  return json;
}

}  // namespace fxe
