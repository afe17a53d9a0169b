// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values are never lists: file names and JSON hold commas.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>
#include <optional>
#include <string>

#include "layers/backend.h"

namespace fxe {

// What every command that runs a network understands.
struct RunOptions {
  std::string device = "auto";  // auto | cpu | cuda[:I]
  Precision precision = Precision::fp32;
  int batch = 1;
  int threads = 0;   // 0: every core this process may use
  std::string json;  // file for the machine-readable result; empty: none
  bool quiet = false;
  std::optional<double> deadline_ms;
  std::string control = "auto", tail = "fused", launch = "graph";
};

// Adds --device --precision --batch --threads --json --quiet --control --tail --launch --deadline-ms.
void add_run_options(cxxopts::Options&);
// Throws bad_input for values out of range, naming the option and what it takes.
RunOptions read_run_options(const cxxopts::ParseResult&);

// Parses; prints the help and returns nothing for --help. Throws bad_input unless `positional_min` to
// `positional_max` words remain.
std::optional<cxxopts::ParseResult> parse_options(cxxopts::Options&, int argc, char** argv,
                                                  std::string_view positional_key, size_t positional_min,
                                                  std::string_view positional_help,
                                                  size_t positional_max = SIZE_MAX);

}  // namespace fxe
