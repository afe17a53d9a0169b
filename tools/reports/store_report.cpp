// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/store_report.h"

#include <numeric>
#include <thread>

#include "engine/error.h"
#include "metareasoner/label_warning.h"
#include "metareasoner/policy.h"
#include "metareasoner/replay/replay.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store_ensemble.h"
#include "tools/reports/dataset_report.h"
#include "tools/reports/json_file.h"

namespace fxe {

namespace {

// What eval says of the full ensemble's answers.
std::string warning_of(const Store& store) {
  std::vector<int> order(store.members());
  std::iota(order.begin(), order.end(), 0);
  const OperatingPoint full = resolve_policy(as_ensemble(store, order), "full").point;
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const Trace trace = Trace::of(store, full, PrefixDetail::decision, threads);
  const Replayed all = replay(store, trace, full.thresholds, ReplaySignal::margin, {}, store.header().batch);
  return label_warning(all.evaluation, static_cast<int64_t>(store.classes()));
}

}  // namespace

void report_store(const std::filesystem::path& path, size_t unreadable, const LeftOut& left_out,
                  OutputFile& json, bool quiet) {
  const Store store = Store::open(path);
  const auto& h = store.header();
  const auto bytes = std::filesystem::file_size(path);
  const std::string warning = warning_of(store);
  write_json(
      json, {{"schema", "fxe.record/1"},
             {"store", path.string()},
             {"costs", costs_path(path).string()},
             {"form", name(h.form)},
             {"images", store.images()},
             {"unreadable", unreadable},
             {"left_out", left_out_json(left_out)},
             {"warning", warning.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(warning)},
             {"members", store.members()},
             {"classes", store.classes()},
             {"bytes", bytes},
             {"fingerprint", h.fingerprint},
             {"images_hash", store.images_hash()}});
  if (unreadable)
    fmt::print(stderr, "{} images could not be read; replay counts them as failed\n", unreadable);
  if (!quiet)
    fmt::print("{}: {} images x {} members x {} classes, {}, {:.1f} MB\n", path.string(), store.images(),
               store.members(), store.classes(), name(h.form), static_cast<double>(bytes) / 1e6);
  if (!warning.empty()) fmt::print(stderr, "warning: {}\n", warning);
}

}  // namespace fxe
