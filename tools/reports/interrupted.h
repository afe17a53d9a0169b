// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/commands/options.h"

namespace fxe {

// What a signal stopped is shown, but never lies under the name of a finished result: says on standard error
// how far `command` came, and which of the files that these options asked for are not written. Returns the
// exit code.
int report_interrupted(std::string_view command, const std::string& how_far, int signal,
                       const cxxopts::ParseResult&, const std::vector<const char*>& file_options);

}  // namespace fxe
