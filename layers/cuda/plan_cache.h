// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "layers/cuda/plan_choice.h"

namespace fxe {

// Everything that choices of plans depend on. A cache made for anything else is stale.
struct PlanCacheKey {
  std::string device;  // "NVIDIA H200"
  int compute_capability = 0, multiprocessors = 0;
  int driver_version = 0;  // CUDA's: 13000; 0: a described device
  size_t cudnn_version = 0;
  Precision precision = Precision::fp32;
  size_t workspace_limit_bytes = 0;
  bool operator==(const PlanCacheKey&) const = default;
};

// Which engine each convolution or product got, kept on disk between runs: one JSON file for each device and
// precision. It is never trusted: a file that is damaged, was made for another key, or cannot be read is left
// aside, with one line that says so, and written anew; it names engines only, of which the caller makes plans
// for its own graphs and checks them as if they were new. A file that cannot be written costs the time to
// choose again, and a line.
class PlanCache {
 public:
  using Say = std::function<void(const std::string& line)>;
  struct Entry {
    PlanChoice choice;
    std::optional<double> timed_ms;  // measured on the device, not only taken from the heuristics
  };

  // An empty folder: nothing is read or written.
  PlanCache(std::filesystem::path folder, PlanCacheKey key, Say say);
  ~PlanCache();  // save()
  PlanCache(const PlanCache&) = delete;
  PlanCache& operator=(const PlanCache&) = delete;

  const Entry* find(const std::string& problem) const;  // by its str()
  void add(const std::string& problem, Entry entry);
  void drop(const std::string& problem);  // one that the library no longer makes
  void save();                            // if anything changed

  const std::filesystem::path& file() const { return file_; }
  size_t size() const { return entries_.size(); }

 private:
  void read();

  std::filesystem::path file_;
  PlanCacheKey key_;
  Say say_;
  std::map<std::string, Entry> entries_;
  bool changed_ = false;
};

// $FXE_CACHE, else fxe/ in $XDG_CACHE_HOME or ~/.cache; empty where none of them is set.
std::filesystem::path default_plan_cache_folder();

}  // namespace fxe
