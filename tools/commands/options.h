// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cxxopts.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/run_options.h"

namespace fxe {

// What the options say that every command accepts, and those of commands that run a schedule.
struct CommandOptions : RunOptions {
  bool quiet = false;
};

// Groups of the help that several commands share.
inline constexpr const char* kSingleModelGroup = "A single model";
inline constexpr const char* kRunningGroup = "Running";
inline constexpr const char* kEverywhereGroup = "Everywhere";
inline constexpr const char* kGpuGroup = "On a GPU";

// An option as the help shows it. Its value is text; the code that reads it knows what it may be.
struct OptionText {
  const char* name;   // "limit", "o,output"
  const char* value;  // the value's name in the help, such as "FILE"; nullptr: it takes none
  const char* about;
  const char* otherwise = "";  // the value if none is given
  bool repeats = false;        // may be given several times; then it has no default
};
void add_options(cxxopts::Options&, const std::vector<OptionText>&, const char* group = "");

inline constexpr const char* kPolicyHelp = "stored[:PROFILE], full, first:K or t:0.9,0.8,...";

// Adds --device --precision --batch --threads --json --quiet. Commands that run nothing accept them too, so
// that a script can pass the same words to all of them.
void add_common_options(cxxopts::Options&);
// Adds these and --control --tail --launch --deadline-ms --pin --max-pixels.
void add_run_options(cxxopts::Options&);
// Reads what was added. Throws bad_input for values out of range, naming the option and what it accepts.
CommandOptions read_common_options(const cxxopts::ParseResult&);
CommandOptions read_run_options(const cxxopts::ParseResult&);

// An option's value as a number; throws bad_input naming the option, the range and what was found.
int64_t read_integer(const cxxopts::ParseResult&, const std::string& key, int64_t low, int64_t high);
double read_real(const cxxopts::ParseResult&, const std::string& key, double low, double high);

// Throws bad_input naming `option` for any other text.
DeviceRequest read_device(const std::string& text, std::string_view option = "--device");

// Parses; for --help prints the help and returns nothing. Throws bad_input unless `positional_min` to
// `positional_max` words remain.
std::optional<cxxopts::ParseResult> parse_options(cxxopts::Options&, int argc, char** argv,
                                                  std::string_view positional_key, size_t positional_min,
                                                  std::string_view positional_help,
                                                  size_t positional_max = SIZE_MAX);

// "a,b,c" -> a b c.
std::vector<std::string> split_list(std::string_view text);

// "1.0,2.5" as finite numbers above 0. A single number stands for all `count`. Throws bad_input
// naming `option`.
std::vector<double> parse_numbers(std::string_view text, std::string_view option, size_t count);

}  // namespace fxe
