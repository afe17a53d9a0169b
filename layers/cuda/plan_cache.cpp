// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/plan_cache.h"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/files/output_file.h"
#include "engine/sha256.h"

namespace fxe {

namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "fxe.plans/1";
constexpr size_t kMostBytes = size_t{8} << 20;
constexpr JsonLimits kLimits{.bytes = kMostBytes, .depth = 8, .keys = 1 << 16};

Json to_json(const PlanCacheKey& key) {
  return {{"device", key.device},
          {"compute_capability", key.compute_capability},
          {"multiprocessors", key.multiprocessors},
          {"driver", key.driver_version},
          {"cudnn", key.cudnn_version},
          {"precision", name(key.precision)},
          {"workspace_limit_bytes", key.workspace_limit_bytes}};
}

Json to_json(const std::map<std::string, PlanCache::Entry>& entries) {
  Json plans = Json::object();
  for (const auto& [problem, entry] : entries) {
    Json& plan = plans[problem] = {{"engine", entry.choice.engine}, {"knobs", entry.choice.knobs}};
    if (entry.timed_ms) plan["timed_ms"] = *entry.timed_ms;
  }
  return plans;
}

std::string checksum(const Json& plans) {
  const std::string text = plans.dump();
  return sha256_hex(std::as_bytes(std::span(text)));
}

std::string slug(const std::string& device) {
  std::string text;
  for (const char c : device) text += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
  return text;
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace

PlanCache::PlanCache(std::filesystem::path folder, PlanCacheKey key, Say say)
    : key_(std::move(key)), say_(std::move(say)) {
  if (folder.empty()) return;
  file_ = folder / fmt::format("plans-{}-{}.json", slug(key_.device), name(key_.precision));
  std::error_code error;
  if (std::filesystem::exists(file_, error)) read();
}

PlanCache::~PlanCache() { save(); }

void PlanCache::read() try {
  const Json json = parse_json<Json>(read_all(file_), kLimits);
  if (json.at("schema") != kSchema) throw bad_input("expected schema {}", kSchema);
  if (const Json wanted = to_json(key_); json.at("key") != wanted) {
    std::string differences;
    for (const auto& [name, value] : wanted.items())
      if (!json["key"].contains(name) || json["key"][name] != value)
        differences += fmt::format("{}{} {}, here {}", differences.empty() ? "" : "; ", name,
                                   json["key"].value(name, Json()).dump().substr(0, 60), value.dump());
    throw bad_input("made for {}", differences);
  }
  if (checksum(json.at("plans")) != json.at("sha256")) throw bad_input("its checksum does not fit its plans");
  std::map<std::string, Entry> entries;
  for (const auto& [problem, plan] : json["plans"].items()) {
    Entry entry;
    plan.at("engine").get_to(entry.choice.engine);
    plan.at("knobs").get_to(entry.choice.knobs);
    if (plan.contains("timed_ms")) entry.timed_ms = plan["timed_ms"].get<double>();
    entries.emplace(problem, std::move(entry));
  }
  entries_ = std::move(entries);
} catch (const std::exception& e) {
  say_(fmt::format("{}: not used ({}); plans are chosen anew", file_.string(), e.what()));
  changed_ = true;
}

const PlanCache::Entry* PlanCache::find(const std::string& problem) const {
  const auto found = entries_.find(problem);
  return found == entries_.end() ? nullptr : &found->second;
}

void PlanCache::add(const std::string& problem, Entry entry) {
  entries_[problem] = std::move(entry);
  changed_ = true;
}

void PlanCache::drop(const std::string& problem) { changed_ |= entries_.erase(problem) > 0; }

void PlanCache::save() try {
  if (file_.empty() || !changed_) return;
  changed_ = false;  // once, whether it works or not
  std::filesystem::create_directories(file_.parent_path());
  const Json plans = to_json(entries_);
  OutputFile file(file_);
  file.write(
      Json{{"schema", kSchema}, {"key", to_json(key_)}, {"plans", plans}, {"sha256", checksum(plans)}}.dump(
          1));
  file.write("\n");
  file.commit();
} catch (const std::exception& e) {
  try {
    say_(fmt::format("{}: plans cannot be kept ({}); set FXE_CACHE to a folder that can be written",
                     file_.string(), e.what()));
  } catch (...) {  // it may be called by the destructor, and the plans can be made again
  }
}

std::filesystem::path default_plan_cache_folder() {
  const auto variable = [](const char* name) -> std::filesystem::path {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (const auto folder = variable("FXE_CACHE"); !folder.empty()) return folder;
  if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty()) return folder / "fxe";
  if (const auto home = variable("HOME"); !home.empty()) return home / ".cache/fxe";
  return {};
}

}  // namespace fxe
