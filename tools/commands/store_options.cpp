// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/store_options.h"

#include "engine/error.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store.h"
#include "tools/commands/eval_labels.h"
#include "tools/commands/json_file.h"

namespace fxe {

void add_store_options(cxxopts::Options& options) {
  add_options(
      options,
      {{"o,output", "STORE", "the store to write"},
       {"half", nullptr, "logits in fp16: half the size; decisions equal up to rounding"},
       {"compact", nullptr,
        "40 bytes for each image and member: only this order of members, its weights, temperatures and "
        "combination can be replayed"}},
      "Store");
}

StoreOptions read_store_options(const cxxopts::ParseResult& parsed) {
  StoreOptions o;
  o.path = parsed["output"].as<std::string>();
  if (o.path.empty()) throw bad_input("expected -o STORE, the file to write");
  if (parsed.count("half") && parsed.count("compact"))
    throw bad_input("--half and --compact: give one of them, not both");
  if (parsed.count("half")) o.form = StoreForm::fp16;
  if (parsed.count("compact")) o.form = StoreForm::compact;
  return o;
}

void report_store(const std::filesystem::path& path, size_t unreadable, const LeftOut& left_out,
                  OutputFile& json, bool quiet) {
  const Store store = Store::open(path);
  const auto& h = store.header();
  const auto bytes = std::filesystem::file_size(path);
  write_json(json, {{"schema", "fxe.record/1"},
                    {"store", path.string()},
                    {"costs", costs_path(path).string()},
                    {"form", name(h.form)},
                    {"images", store.images()},
                    {"unreadable", unreadable},
                    {"left_out", left_out_json(left_out)},
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
}

}  // namespace fxe
