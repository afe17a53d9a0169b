// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/settings.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

namespace fxe::sim {

namespace {

[[noreturn]] void refuse(const std::string& variable, const std::string& value) {
  std::fprintf(stderr, "%s=%s: not one of the values in tests/simulated_device/settings.h\n",
               variable.c_str(), value.c_str());
  std::exit(2);
}

uint64_t number(const std::string& variable, const std::string& text) {
  char* end = nullptr;
  const uint64_t value = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end) refuse(variable, text);
  return value;
}

void take_word(Settings& s, const std::string& variable, const std::string& word) {
  if (word == "conditional")
    s.no_conditional_nodes = true;
  else if (word == "switch")
    s.no_switch_nodes = true;
  else if (word == "ancestor")
    s.handles_on_their_own_graph_only = true;
  else if (word == "cupti")
    s.no_cupti = true;
  else if (word == "cublaslt")
    s.no_cublaslt = true;
  else if (word == "products")
    s.no_products = true;
  else if (word.starts_with("launch:"))
    s.failing_launch = number(variable, word.substr(7));
  else if (word.starts_with("kernel:"))
    s.faulting_kernel = number(variable, word.substr(7));
  else if (word == "handle_zero")
    s.first_handle_is_zero = true;
  else if (word == "tf32_truncates")
    s.tf32_truncates = true;
  else if (word == "relu_loses_nan")
    s.relu_loses_nan = true;
  else if (word == "fp16_saturates")
    s.fp16_saturates = true;
  else if (word == "edge_data")
    s.edges_carry_data = true;
  else if (word == "setters_lost")
    s.setters_are_lost = true;
  else
    refuse(variable, word);
}

Settings from_environment() {
  Settings s;
  const auto value_of = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const auto v = value_of("FXE_SIM_SEED"); !v.empty()) s.seed = number("FXE_SIM_SEED", v);
  if (const auto v = value_of("FXE_SIM_MEMORY"); !v.empty()) s.memory_bytes = number("FXE_SIM_MEMORY", v);
  if (const auto v = value_of("FXE_SIM_DRIVER"); !v.empty())
    s.driver_version = static_cast<int>(number("FXE_SIM_DRIVER", v));
  if (const auto v = value_of("FXE_SIM_ORDER"); !v.empty()) {
    if (v == "late")
      s.order = Settings::Order::late;
    else if (v == "early")
      s.order = Settings::Order::early;
    else if (v != "random")
      refuse("FXE_SIM_ORDER", v);
  }
  for (const char* variable : {"FXE_SIM_REFUSE", "FXE_SIM_MODEL"}) {
    std::istringstream words(value_of(variable));
    for (std::string word; std::getline(words, word, ',');) take_word(s, variable, word);
  }
  return s;
}

}  // namespace

Settings& settings() {
  static Settings settings = from_environment();
  return settings;
}

std::string repeat_command() {
  const Settings& s = settings();
  std::string command = "FXE_SIM_SEED=" + std::to_string(s.seed);
  if (s.order == Settings::Order::late) command += " FXE_SIM_ORDER=late";
  if (s.order == Settings::Order::early) command += " FXE_SIM_ORDER=early";
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  for (std::string word; std::getline(file, word, '\0');)
    if (!word.starts_with("--gtest_filter")) command += " " + word;  // of the whole program
  return command;
}

uint64_t random_bits() {
  static uint64_t seed = settings().seed;
  static std::mt19937_64 random(seed);
  if (seed != settings().seed) random.seed(seed = settings().seed);
  return random();
}

}  // namespace fxe::sim
