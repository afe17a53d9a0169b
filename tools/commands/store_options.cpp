// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/store_options.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "engine/error.h"
#include "engine/names.h"
#include "metareasoner/store/store_ensemble.h"
#include "tools/commands/options.h"

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

namespace {

// One number, or one per member of the whole order; a policy of fewer members takes the first ones.
void replace(std::vector<double>& values, std::vector<double>& full, const cxxopts::ParseResult& parsed,
             const char* key) {
  const auto text = parsed[key].as<std::string>();
  if (text.empty()) return;
  full = parse_numbers(text, fmt::format("--{}", key), full.size());
  values.assign(full.begin(), full.begin() + static_cast<std::ptrdiff_t>(values.size()));
}

}  // namespace

void add_store_order_options(cxxopts::Options& options) {
  add_options(
      options,
      {{"order", "M,...", "members in this order, by index or name; fewer make a subset"},
       {"combine", "C", "logits or probabilities"},
       {"weights", "W,...", "one for each member of the order"},
       {"temperatures", "T,...", "one for each member of the order"},
       {"signal", "S",
        "margin, raw_margin, top1, entropy or agreement; a profile can hold the first two only"},
       {"costs", "COSTS", "a costs file, or ms per image of each member of the store, such as 1.0,2.5"},
       {"batch", "N", "images at a time; default: as recorded"},
       {"threads", "N", "0: one for each core", "0"}},
      "Operating point");
}

std::vector<int> read_store_order(const Store& store, const cxxopts::ParseResult& parsed) {
  const auto text = parsed["order"].as<std::string>();
  std::vector<int> order;
  const auto names = member_names(store);
  if (text.empty()) {
    for (size_t m = 0; m < names.size(); ++m) order.push_back(static_cast<int>(m));
    return order;
  }
  for (const auto& part : split_list(text)) {
    int index = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (error != std::errc{} || end != part.data() + part.size())
      index = static_cast<int>(std::find(names.begin(), names.end(), part) - names.begin());
    if (index < 0 || static_cast<size_t>(index) >= names.size())
      throw bad_input("--order: expected 0 to {} or a member's name, found '{}' (nearest: {})",
                      names.size() - 1, part, fmt::join(nearest_names(part, names, 1), ""));
    order.push_back(index);
  }
  return order;
}

void read_store_joining(const cxxopts::ParseResult& parsed, OperatingPoint& full, OperatingPoint& part) {
  replace(part.weights, full.weights, parsed, "weights");
  replace(part.temperatures, full.temperatures, parsed, "temperatures");
  if (const auto combine = parsed["combine"].as<std::string>(); !combine.empty()) {
    if (combine != "logits" && combine != "probabilities")
      throw bad_input("--combine: expected logits or probabilities, found '{}'", combine);
    part.combine = full.combine = combine == "logits" ? Combine::logits : Combine::probabilities;
  }
}

CostTable read_store_costs(const Store& store, const cxxopts::ParseResult& parsed) {
  const auto text = parsed["costs"].as<std::string>();
  std::error_code error;
  if (text.empty()) {
    const auto beside = costs_path(store.path());
    return std::filesystem::exists(beside, error) ? CostTable::read(beside) : CostTable();
  }
  const bool numbers = text.find_first_not_of("0123456789.,eE+-") == text.npos;
  if (!numbers || std::filesystem::exists(text, error)) return CostTable::read(text);
  return CostTable::per_image(member_names(store), parse_numbers(text, "--costs", store.members()));
}

int read_store_batch(const Store& store, const cxxopts::ParseResult& parsed) {
  return parsed.count("batch") ? static_cast<int>(read_integer(parsed, "batch", 1, 1024))
                               : store.header().batch;
}

int read_store_threads(const cxxopts::ParseResult& parsed) {
  const auto threads = static_cast<int>(read_integer(parsed, "threads", 0, 1024));
  return threads ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace fxe
