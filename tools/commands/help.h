// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tools/commands/options.h"

namespace fxe {

// "fxe COMMAND --help": what it does, how to call it, its own options, those that many commands share, and
// those that only matter on a GPU. `words` are what follows the options; `words_key` is the option that
// holds them.
std::string help_text(const cxxopts::Options&, std::string_view words_key, std::string_view words,
                      size_t columns);

}  // namespace fxe
