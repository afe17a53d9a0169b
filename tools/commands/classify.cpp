// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <new>
#include <numeric>

#include "engine/error.h"
#include "engine/input/text_file.h"
#include "engine/signals.h"
#include "engine/utf8.h"
#include "metareasoner/policy.h"
#include "metareasoner/predictions_csv.h"
#include "runtime/ensemble_loader.h"
#include "runtime/row_preparer.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/notes.h"
#include "tools/reports/outputs.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;
constexpr size_t kTop = 5;

struct Scored {
  size_t index;
  double p;
};

// P of the best classes in one row of means.
std::vector<Scored> top_classes(std::span<const float> mean, Combine combine) {
  std::vector<size_t> order(mean.size());
  std::iota(order.begin(), order.end(), 0);
  const size_t count = std::min(kTop, mean.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](size_t a, size_t b) {
        return tail::before({mean[a], static_cast<int32_t>(a)}, {mean[b], static_cast<int32_t>(b)});
      });
  double sum = 0;
  for (float m : mean) sum += std::exp(static_cast<double>(m) - mean[order[0]]);
  std::vector<Scored> top;
  for (size_t i = 0; i < count; ++i)
    top.push_back({order[i], combine == Combine::probabilities
                                 ? mean[order[i]]
                                 : std::exp(static_cast<double>(mean[order[i]]) - mean[order[0]]) / sum});
  return top;
}

// One image after one member.
struct StageNote {
  std::vector<Scored> top;
  RowResult row;
  double ms;
};

class Classifier {
 public:
  Classifier(LoadedEnsemble& ensemble, Runtime& runtime, const Policy& policy, double deadline_ms)
      : ensemble_(ensemble),
        runtime_(runtime),
        policy_(policy),
        deadline_ms_(deadline_ms),
        prepared_(runtime.executor->prepare(policy.point)) {
    runtime.executor->observe([this](const StageView& view) { note(view); });
  }

  // Fills stages(); errors name the file.
  const BatchRun& classify(const std::string& path) {
    stages_.clear();
    try {
      read_file(path, kMaxImageFileBytes, file_);
      preparer_.encoded(file_, 0);
    } catch (const std::bad_alloc&) {
      throw run_time_error("{}: needs more memory than is available", path);
    } catch (const Error& e) {
      const std::string reason = e.what();
      throw Error(e.kind(), reason.starts_with(path) ? reason : path + ": " + reason);
    }
    return runtime_.executor->run(prepared_, 1, deadline_ms_);
  }

  const std::vector<StageNote>& stages() const { return stages_; }

  std::string class_name(size_t index) const {
    return index < ensemble_.classes.size() ? ensemble_.classes[index] : fmt::format("class {}", index);
  }
  std::string member_name(size_t stage) const {
    return ensemble_.file.members[static_cast<size_t>(policy_.point.members[stage])].name;
  }

 private:
  void note(const StageView& view) {
    const size_t classes = static_cast<size_t>(runtime_.members[0]->classes());
    stages_.push_back({top_classes(view.mean.first(classes), policy_.point.combine), view.rows[0], view.ms});
  }

  LoadedEnsemble& ensemble_;
  Runtime& runtime_;
  const Policy& policy_;
  double deadline_ms_;
  int prepared_;
  std::vector<StageNote> stages_;
  RowPreparer preparer_{runtime_};
  std::vector<std::byte> file_;
};

std::string decision(const Classifier& c, const Policy& policy, size_t stage) {
  const size_t stages = policy.point.size();
  if (stage + 1 == stages) return "stop: the last member";
  const double threshold = policy.point.thresholds[stage];
  if (stage + 1 < c.stages().size()) return fmt::format("go on: not above {:.4g}", threshold);
  if (c.stages()[stage].row.status == RowStatus::deadline) return "stop: no time for the next member";
  return fmt::format("stop: above {:.4g}", threshold);
}

void print_top(const Classifier& c, const std::vector<Scored>& top, const char* indent) {
  for (const auto& t : top) fmt::print("{}{:>7.2f}%  {}\n", indent, 100 * t.p, c.class_name(t.index));
}

void print_image(const Classifier& c, const Policy& policy, const std::string& path, const BatchRun& run,
                 bool explain) {
  const RowResult& row = run.rows[0];
  const auto head = fmt::format("{}: {} of {} members, {:.2f} ms", on_one_line(path), row.members,
                                policy.point.size(), run.ms);
  const Terminal terminal = terminal_of(stdout);
  fmt::print(
      "{}{}\n", painted(terminal, Ink::bold, head),
      row.status == RowStatus::ok ? "" : painted(terminal, Ink::red, fmt::format(", {}", name(row.status))));
  for (size_t k = 0; explain && k < c.stages().size(); ++k) {
    const auto& stage = c.stages()[k];
    fmt::print("  {} {}: margin {:.4f}, {}; {:.2f} ms\n", k + 1, c.member_name(k), stage.row.margin,
               decision(c, policy, k), stage.ms);
    print_top(c, stage.top, "    ");
  }
  if (row.status == RowStatus::failed)
    fmt::print("  no prediction: no member gave finite outputs\n");
  else if (!explain)
    print_top(c, c.stages().back().top, "  ");
}

Json image_json(const Classifier& c, const Policy& policy, const std::string& path, const BatchRun& run) {
  const RowResult& row = run.rows[0];
  const auto top_json = [&](const std::vector<Scored>& top) {
    Json list = Json::array();
    for (const auto& t : top)
      list.push_back({{"class", t.index}, {"name", c.class_name(t.index)}, {"p", number_or_null(t.p)}});
    return list;
  };
  Json stages = Json::array();
  for (size_t k = 0; k < c.stages().size(); ++k)
    stages.push_back({{"member", c.member_name(k)},
                      {"margin", number_or_null(c.stages()[k].row.margin)},
                      {"decision", decision(c, policy, k)},
                      {"ms", c.stages()[k].ms},
                      {"top", top_json(c.stages()[k].top)}});
  const bool failed = row.status == RowStatus::failed;
  return {{"path", path},
          {"predicted", failed ? Json(nullptr) : Json(row.label)},
          {"p1", failed ? Json(nullptr) : number_or_null(row.p1)},
          {"margin", failed ? Json(nullptr) : number_or_null(row.margin)},
          {"members", row.members},
          {"status", name(row.status)},
          {"ms", run.ms},
          {"top", failed ? Json::array() : top_json(c.stages().back().top)},
          {"stages", stages}};
}

}  // namespace

int run_classify(int argc, char** argv) {
  cxxopts::Options options("fxe classify", "The five best classes of images.");
  add_options(options, {{"explain", nullptr, "each stage's classes, margin, decision and time"},
                        {"policy", "POLICY", kPolicyHelp},
                        {"strict", nullptr, "exit 1 if any image failed"},
                        {"classes", "FILE", "class names, one per line, instead of the ensemble's"}});
  add_run_options(options);
  add_model_options(options);
  const auto parsed = parse_options(options, argc, argv, "inputs", 2, "ENSEMBLE|MODEL IMAGE...");
  if (!parsed) return 0;
  CommandOptions run = read_run_options(*parsed);
  run.batch = 1;                                                       // images are explained one by one
  if (run.control == Control::automatic) run.control = Control::host;  // and stage by stage
  const auto& inputs = (*parsed)["inputs"].as<std::vector<std::string>>();

  LoadedEnsemble ensemble = load_ensemble(inputs[0], read_load_options(*parsed));
  const Policy policy = resolve_policy(ensemble.file, (*parsed)["policy"].as<std::string>());
  Runtime runtime = make_runtime(ensemble, run);
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  for (size_t i = 1; i < inputs.size(); ++i) outputs.refuse(inputs[i]);
  if (!run.quiet) {
    print_notes(ensemble.notes);
    fmt::print("{}: policy {}, {}\n", ensemble.file.name, policy.text, runtime.device.name);
  }
  Classifier classifier(ensemble, runtime, policy, run.deadline_ms.value_or(0));
  const bool keep(json);  // needed only for the JSON
  Json images = Json::array();
  size_t failed = 0;
  const StopRequest stop;
  for (size_t i = 1; i < inputs.size(); ++i) {
    if (stop)
      return report_interrupted("classify", fmt::format("after {} of {} images", i - 1, inputs.size() - 1),
                                stop.signal(), *parsed, {"json"});
    try {
      const BatchRun& result = classifier.classify(inputs[i]);
      failed += result.rows[0].status == RowStatus::failed;
      if (!run.quiet) print_image(classifier, policy, inputs[i], result, parsed->count("explain") > 0);
      if (keep) images.push_back(image_json(classifier, policy, inputs[i], result));
    } catch (const Error& e) {
      if (inputs.size() == 2) throw;
      fmt::print(stderr, "{} {}\n", painted(terminal_of(stderr), Ink::red, "fxe classify:"),
                 on_one_line(e.what()));
      if (keep) images.push_back({{"path", inputs[i]}, {"status", "failed"}, {"reason", e.what()}});
      ++failed;
    }
  }
  write_json(json, {{"schema", "fxe.classify/1"},
                    {"ensemble", ensemble.file.name},
                    {"device", runtime.device.name},
                    {"policy", policy.text},
                    {"failed", failed},
                    {"images", images}});
  outputs.commit();
  const size_t count = inputs.size() - 1;
  if (failed == count) throw run_time_error("none of the {} images could be classified", failed);
  if (failed) fmt::print(stderr, "{} of {} images failed\n", failed, count);
  return failed && parsed->count("strict") ? 1 : 0;
}

}  // namespace fxe
