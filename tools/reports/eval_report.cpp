// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/eval_report.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/error.h"
#include "metareasoner/label_warning.h"
#include "tools/reports/dataset_report.h"
#include "tools/reports/format.h"
#include "tools/reports/json_file.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

Json latency_json(const Latency& latency) {
  Json json = {{"mean", number_or_null(latency.mean_ms())}};
  for (int p : {50, 90, 95, 99}) json[fmt::format("p{}", p)] = number_or_null(latency.percentile_ms(p));
  return json;
}

double speedup(const EvalResult& r) { return r.full->time_per_image_ms() / r.policy.time_per_image_ms(); }

void print_policies(std::FILE* to, const EvalSubject& s, const EvalResult& r) {
  TextTable table({{.head = "", .least = 8, .text = true},
                   {.head = "top-1 %"},
                   {.head = "top-5 %"},
                   {.head = "members"},
                   {.head = "ms/image"},
                   {.head = s.batch == 1 ? "p99 ms/image" : "p99 ms/batch"},
                   {.head = "M mult-adds"}});
  const auto row = [&](const char* title, const PolicyResult& p) {
    table.add({title, percent(p.evaluation.top1()), percent(p.evaluation.top5()),
               fixed(p.evaluation.mean_members(), 3), fixed(p.time_per_image_ms(), 3),
               fixed(p.latency.percentile_ms(99), 3), fixed(p.mean_multiply_adds() / 1e6, 1)});
  };
  if (r.full) row("full", *r.full);
  row(r.full ? "flexible" : "ensemble", r.policy);
  fmt::print(to, "\n");
  print_table(to, table);
}

void print_exits(std::FILE* to, const EvalSubject& subject, const Evaluation& e) {
  TextTable table({{.head = "stopped after"},
                   {.head = "images"},
                   {.head = "share"},
                   {.head = "", .text = true, .shrinks = true}});
  for (size_t k = 0; k < e.exits().size(); ++k)
    table.add({fmt::format("{}", k + 1), fmt::format("{}", e.exits()[k]),
               percent(static_cast<double>(e.exits()[k]) / static_cast<double>(e.images())) + "%",
               subject.member_names[k]});
  fmt::print(to, "\n");
  print_table(to, table);
}

void print_table(const EvalSubject& s, const EvalResult& r, std::FILE* to) {
  print_policies(to, s, r);
  print_exits(to, s, r.policy.evaluation);
  if (r.full)
    fmt::print(to, "\n  speed-up {:.2f}x; {}\n", speedup(r),
               r.gap.images ? gap_sentence(r.gap) : "no labels, so no gap");
}

}  // namespace

Json eval_json(const EvalSubject& s, const EvalResult& r) {
  const auto& e = r.policy.evaluation;
  Json failed = Json::array();
  for (const auto& f : r.failed) failed.push_back({{"path", f.path}, {"reason", f.reason}});
  const auto per_image = [&](double ms) { return number_or_null(ms / static_cast<double>(e.images())); };
  const auto warning = label_warning(e, s.classes);
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
      {"layout", s.layout},
      {"left_out", left_out_json(s.left_out)},
      {"warning", warning.empty() ? Json() : Json(warning)},
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

void print_partial_eval(const EvalSubject& s, const EvalResult& r, size_t images, std::FILE* to) {
  fmt::print(to, "\n");
  print_paragraph(to, fmt::format("interrupted after {} of {} images", r.done, images), "  ", "  ",
                  Ink::yellow);
  if (r.policy.evaluation.images() > 0) print_table(s, r, to);
}

void print_eval(const EvalSubject& s, const EvalResult& r, std::FILE* to) {
  const auto& e = r.policy.evaluation;
  print_table(s, r, to);
  if (e.labelled() > 0) fmt::print(to, "\n * Acc@1 {:.3f} Acc@5 {:.3f}\n", 100 * e.top1(), 100 * e.top5());
}

}  // namespace fxe
