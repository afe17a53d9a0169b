// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "metareasoner/store/store_ensemble.h"
#include "tools/reports/eval_report.h"
#include "tools/reports/format.h"
#include "tools/reports/json_file.h"
#include "tools/reports/replay_report.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;
constexpr size_t kWorstClasses = 20;

// As an evaluation, so that both commands report the same things in the same terms.
PolicyResult as_evaluated(const Replayed& r) {
  PolicyResult p(r.evaluation.exits().size());
  p.evaluation = r.evaluation;
  p.latency = r.latency;
  p.network_ms = r.latency.count() ? r.network_ms : std::numeric_limits<double>::quiet_NaN();
  p.multiply_adds = r.multiply_adds;
  return p;
}

Json interval_json(const PairedGap& gap) {
  const auto ci = gap_interval(gap);
  return {number_or_null(ci.low), number_or_null(ci.high)};
}

Json stages_json(const Store& store, const ReplayResult& r) {
  Json stages = Json::array();
  const auto names = member_names(store, r.point.policy.point.members);
  for (size_t k = 0; k < r.report.stages.size(); ++k) {
    const StageReport& s = r.report.stages[k];
    stages.push_back({{"members", k + 1},
                      {"member", names[k]},
                      {"images", s.images},
                      {"top1", number_or_null(s.top1)},
                      {"gap", number_or_null(s.gap.gap())},
                      {"gap_ci95", interval_json(s.gap)},
                      {"size_top1", number_or_null(s.size_top1)},
                      {"auroc", number_or_null(s.auroc)},
                      {"flip_backs", s.flip_backs}});
  }
  return stages;
}

Json subset_json(const Store& store, const FixedSubset& s) {
  if (s.members.empty()) return nullptr;
  return {{"members", member_names(store, s.members)}, {"cost", s.cost}, {"top1", s.top1}};
}

Json baselines_json(const Store& store, const ReplayResult& r) {
  Json json = {{"unit", r.cost_unit},
               {"random_exits", {{"top1", number_or_null(r.report.random_exits_top1)}}}};
  if (r.subsets) {
    json["best_single"] = subset_json(store, r.subsets->best_single);
    json["best_fixed"] = subset_json(store, r.subsets->best);
    json["searched"] = r.subsets->searched;
    json["complete"] = r.subsets->complete;
  }
  return json;
}

Json classes_json(const Store& store, const ReplayResult& r) {
  Json json = Json::array();
  for (size_t i = 0; i < std::min(kWorstClasses, r.report.classes.size()); ++i) {
    const ClassReport& c = r.report.classes[i];
    json.push_back({{"class", c.label},
                    {"images", c.images},
                    {"full_right", c.full_right},
                    {"policy_right", c.policy_right}});
    if (!store.header().class_names.empty())
      json.back()["name"] = store.header().class_names[static_cast<size_t>(c.label)];
  }
  return json;
}

}  // namespace

Json replay_json(const Store& store, const ReplayResult& r) {
  EvalSubject subject{store.header().ensemble, store.header().device,
                      r.point.policy,          member_names(store, r.point.policy.point.members),
                      Precision::fp32,         r.batch};
  subject.classes = static_cast<int64_t>(store.classes());
  EvalResult result{as_evaluated(r.policy), as_evaluated(r.full), r.report.gap, {}};
  for (size_t i = 0; i < store.images(); ++i)
    if (r.policy.rows[i].status == RowStatus::failed)
      result.failed.push_back({store.header().paths[i], store.readable(i)
                                                            ? "no member gave finite outputs"
                                                            : "could not be read when recorded"});
  Json json = eval_json(subject, result);
  json["schema"] = "fxe.replay/1";
  json["precision"] = store.header().precision;
  json["policy"]["signal"] = name(r.point.signal);
  for (const char* of_images : {"images_per_second", "input_ms", "layout", "left_out"}) json.erase(of_images);
  json["store"] = {{"path", store.path().string()},
                   {"form", name(store.header().form)},
                   {"fingerprint", store.header().fingerprint},
                   {"images_hash", store.images_hash()}};
  json["costs"] = r.costs.empty() ? Json(nullptr) : Json(r.costs.device);
  json["stages"] = stages_json(store, r);
  json["baselines"] = baselines_json(store, r);
  json["worst_classes"] = classes_json(store, r);
  if (r.against)
    json["against"] = {{"compared", r.against->compared},         {"identical", r.against->identical},
                       {"same_decision", r.against->same},        {"noise", r.against->noise},
                       {"within_noise", r.against->within_noise}, {"beyond", r.against->beyond}};
  return json;
}

}  // namespace fxe
