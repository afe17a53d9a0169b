// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/eval_report.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/error.h"
#include "tools/commands/json_file.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

Json latency_json(const Latency& latency) {
  Json json = {{"mean", number_or_null(latency.mean_ms())}};
  for (int p : {50, 90, 95, 99}) json[fmt::format("p{}", p)] = number_or_null(latency.percentile_ms(p));
  return json;
}

double speedup(const EvalResult& r) { return r.full->time_per_image_ms() / r.policy.time_per_image_ms(); }

Interval gap_interval(const PairedGap& gap) {
  return tango_interval(gap.images, gap.only_full_right, gap.only_policy_right);
}

// 0.7775 -> "77.75", what does not exist -> "-".
std::string percent(double share) { return std::isfinite(share) ? fmt::format("{:.2f}", 100 * share) : "-"; }

std::string thousandths(double value, const char* missing) {
  return std::isfinite(value) ? fmt::format("{:.3f}", value) : missing;
}

void print_row(std::FILE* to, const char* title, const PolicyResult& r) {
  fmt::print(to, "  {:<10}{:>8}{:>8}{:>10.3f}{:>12.3f}{:>12.3f}{:>12.1f}\n", title,
             percent(r.evaluation.top1()), percent(r.evaluation.top5()), r.evaluation.mean_members(),
             r.time_per_image_ms(), r.latency.percentile_ms(99), r.mean_multiply_adds() / 1e6);
}

void print_exits(std::FILE* to, const EvalSubject& subject, const Evaluation& e) {
  fmt::print(to, "\n  stopped after  images   share\n");
  for (size_t k = 0; k < e.exits().size(); ++k)
    fmt::print(to, "  {:>13}{:>8}{:>7}%   {}\n", k + 1, e.exits()[k],
               percent(static_cast<double>(e.exits()[k]) / static_cast<double>(e.images())),
               subject.member_names[k]);
}

void print_comparison(std::FILE* to, const EvalResult& r) {
  if (r.gap.images == 0) {
    fmt::print(to, "\n  speed-up {:.2f}x; no labels, so no gap\n", speedup(r));
    return;
  }
  const auto ci = gap_interval(r.gap);
  fmt::print(to, "\n  speed-up {:.2f}x; loses {:.2f} points of top-1 (95% interval {:.2f} to {:.2f})\n",
             speedup(r), 100 * r.gap.gap(), 100 * ci.low, 100 * ci.high);
}

}  // namespace

Json eval_json(const EvalSubject& s, const EvalResult& r) {
  const auto& e = r.policy.evaluation;
  Json failed = Json::array();
  for (const auto& f : r.failed) failed.push_back({{"path", f.path}, {"reason", f.reason}});
  const auto per_image = [&](double ms) { return number_or_null(ms / static_cast<double>(e.images())); };
  Json json = {
      {"schema", "fxe.eval/1"},
      {"ensemble", s.ensemble},
      {"device", s.device},
      {"precision", name(s.precision)},
      {"policy",
       {{"text", s.policy.text},
        {"members", s.member_names},
        {"combine", s.policy.point.combine == Combine::logits ? "logits" : "probabilities"},
        {"signal", s.policy.point.signal == Signal::margin ? "margin" : "raw_margin"},
        {"weights", s.policy.point.weights},
        {"temperatures", s.policy.point.temperatures},
        {"thresholds", s.policy.point.thresholds}}},
      {"batch", s.batch},
      {"images", e.images()},
      {"labelled", e.labelled()},
      {"failed", failed},
      {"top1", number_or_null(e.top1())},
      {"top5", number_or_null(e.top5())},
      {"mean_members", number_or_null(e.mean_members())},
      {"mean_macs", number_or_null(r.policy.mean_multiply_adds())},
      {"exits", e.exits()},
      {"time_per_image_ms", number_or_null(r.policy.time_per_image_ms())},
      {"latency_ms", latency_json(r.policy.latency)},
      {"images_per_second", number_or_null(1000 * static_cast<double>(e.images()) / r.wall_ms)},
      {"input_ms", {{"decode", per_image(r.decode_ms)}, {"preprocess", per_image(r.preprocess_ms)}}}};
  if (s.schedule)
    json["schedule"] = {{"control", s.schedule->control},
                        {"tail", s.schedule->tail},
                        {"launch", s.schedule->launch},
                        {"in_flight", s.schedule->in_flight}};
  if (r.full) {
    const auto ci = gap_interval(r.gap);
    json["full"] = {{"top1", number_or_null(r.full->evaluation.top1())},
                    {"top5", number_or_null(r.full->evaluation.top5())},
                    {"mean_macs", number_or_null(r.full->mean_multiply_adds())},
                    {"time_per_image_ms", number_or_null(r.full->time_per_image_ms())},
                    {"latency_ms", latency_json(r.full->latency)},
                    {"gap", number_or_null(r.gap.gap())},
                    {"gap_ci95", {number_or_null(ci.low), number_or_null(ci.high)}},
                    {"speedup", number_or_null(speedup(r))}};
  }
  return json;
}

void print_eval(const EvalSubject& s, const EvalResult& r, std::FILE* to) {
  const auto& e = r.policy.evaluation;
  fmt::print(to, "\n  {:<10}{:>8}{:>8}{:>10}{:>12}{:>12}{:>12}\n", "", "top-1 %", "top-5 %", "members",
             "ms/image", "p99 ms", "M mult-adds");
  if (r.full) print_row(to, "full", *r.full);
  print_row(to, r.full ? "flexible" : "ensemble", r.policy);
  print_exits(to, s, e);
  if (r.full) print_comparison(to, r);
  fmt::print(to, "\n * Acc@1 {} Acc@5 {}\n", thousandths(100 * e.top1(), "-"),
             thousandths(100 * e.top5(), "-"));
}

}  // namespace fxe
