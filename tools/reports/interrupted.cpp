// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/interrupted.h"

#include <fmt/format.h>

#include "engine/signals.h"
#include "tools/reports/terminal.h"

namespace fxe {

int report_interrupted(std::string_view command, const std::string& how_far, int signal,
                       const cxxopts::ParseResult& parsed, const std::vector<const char*>& file_options) {
  std::vector<std::string> missing;
  for (const char* key : file_options)
    if (auto file = parsed[key].as<std::string>(); !file.empty()) missing.push_back(std::move(file));
  std::fflush(stdout);
  fmt::print(stderr, "{} interrupted {}{}{}\n",
             painted(terminal_of(stderr), Ink::yellow, fmt::format("fxe {}:", command)), how_far,
             missing.empty() ? "" : "; not written: ", fmt::join(missing, ", "));
  return exit_code_of_signal(signal);
}

}  // namespace fxe
