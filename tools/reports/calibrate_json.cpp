// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/image_split.h"
#include "metareasoner/store/store_ensemble.h"
#include "tools/reports/calibrate_report.h"
#include "tools/reports/json_file.h"
#include "tools/reports/replay_report.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

// In replay's terms: what it would print for these images.
Json side_json(const Store& store, const CalibrationSummary& s, const OperatingPoint& point,
               const CalibrationSide& side) {
  const auto& r = s.request;
  const UnitCosts unit = unit_costs(store, r.order, r.costs, r.batch);
  const ReplayResult replayed{
      {{"", point}, r.order, r.signal}, r.batch,      r.costs, side.policy, side.full, side.report,
      std::string(name(unit.unit)),     side.subsets, {}};
  Json json = replay_json(store, replayed);
  for (const char* key :
       {"schema", "ensemble", "device", "precision", "policy", "batch", "failed", "store", "costs"})
    json.erase(key);
  return json;
}

Json found_json(const CalibrationSummary& s, const Calibrated& c) {
  const auto n = static_cast<double>(c.images);
  Json json = {{"thresholds", c.thresholds},
               {"exhaustive", c.exhaustive},
               {"images", c.images},
               {"loss", name(s.request.objective.loss)},
               {"risk", static_cast<double>(c.spent.loss) / n},
               {"cost", c.spent.cost / n}};
  if (c.m)
    json["m"] = {{"alpha", c.m->alpha},
                 {"one_member", c.m->one_member},
                 {"chosen", c.m->chosen},
                 {"all", c.m->all},
                 {"image_over_range", number_or_null(c.m->image_over_range)}};
  if (c.guarantee) {
    const auto& g = *c.guarantee;
    json["guarantee"] = {{"text", guarantee_text(s.request.objective, g)},
                         {"limit", s.request.objective.limit},
                         {"delta", s.request.objective.delta},
                         {"path", s.request.objective.fixed_path ? "fixed" : "fitted"},
                         {"images", g.images},
                         {"images_needed", g.needed},
                         {"policies", g.path},
                         {"passed", g.passed},
                         {"risk", g.risk},
                         {"bound", g.bound}};
  }
  return json;
}

Json outcome_json(const CalibrationSummary& s, const CalibrationOutcome& o) {
  Json json = found_json(s, o.found);
  json["calibration"] = side_json(s.store, s, o.point, o.calibration);
  json["test"] = o.test ? side_json(*s.images.parts.test_store, s, o.point, *o.test) : Json(nullptr);
  return json;
}

Json images_json(const CalibrationSummary& s) {
  const auto part = [](const Store& store, const std::vector<size_t>& images) -> Json {
    return {
        {"store", store.path().string()}, {"count", images.size()}, {"hash", hash_of_images(store, images)}};
  };
  const auto& p = s.images.parts;
  Json json = {{"fit", part(s.store, p.fit)}, {"judged", part(s.store, p.judged)}};
  json["test"] = p.test.empty() ? Json(nullptr) : part(*p.test_store, p.test);
  json["split"] = s.images.share;
  json["seed"] = s.images.seed;
  json["swapped"] = s.images.swapped;
  json["overlap"] = s.images.overlap;
  return json;
}

}  // namespace

Json calibrate_json(const CalibrationSummary& s) {
  const auto& r = s.request;
  const StoreHeader& h = s.store.header();
  Json json = {
      {"schema", "fxe.calibrate/1"},
      {"ensemble", h.ensemble},
      {"fingerprint", h.fingerprint},
      {"objective", r.objective.text},
      {"signal", name(r.signal)},
      {"members", member_names(s.store, s.point.members)},
      {"reference", member_names(s.store, r.order.members)},
      {"combine", s.point.combine == Combine::logits ? "logits" : "probabilities"},
      {"weights", s.point.weights},
      {"temperatures", s.point.temperatures},
      {"cost_unit", name(unit_costs(s.store, r.order, r.costs, r.batch).unit)},
      {"batch", r.batch},
      {"candidates",
       {{"spacing", r.candidates.spacing == Spacing::logit ? "logit" : "quantile"},
        {"count", r.candidates.count}}},
      {"search", s.members ? Json{{"exhaustive", s.members->exhaustive}, {"images", s.members->images}}
                           : Json(nullptr)},
      {"images", images_json(s)},
      {"results", Json::array()}};
  for (const auto& o : s.outcomes) json["results"].push_back(outcome_json(s, o));
  if (!s.signals.empty()) json["signals"] = Json::array();
  for (const auto& of : s.signals) {
    Json row = {{"signal", name(of.signal)}, {"refused", of.refused}};
    if (of.outcome) row.update(outcome_json(s, *of.outcome));
    json["signals"].push_back(row);
  }
  json["warnings"] = s.warnings;
  json["written"] = s.written.empty() ? Json(nullptr) : Json(s.written);
  return json;
}

}  // namespace fxe
