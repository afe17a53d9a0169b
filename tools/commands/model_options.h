// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "runtime/ensemble_loader.h"
#include "tools/commands/options.h"

namespace fxe {

// Adds --network, --input, --state-dict and --output-name; add_model_options() adds --preprocess too, for
// commands that take an ENSEMBLE or a single MODEL and run images.
void add_network_option(cxxopts::Options&);
void add_model_options(cxxopts::Options&);

// What these options say.
ModelRequest read_model_request(const cxxopts::ParseResult&);
// The same with --threads, --quiet and, if the command has it, --classes.
LoadOptions read_load_options(const cxxopts::ParseResult&, bool needs_images = true);

// --input: "227x227" (height, width) or "3,227,227"; nothing for "".
std::optional<Input> parse_input_option(const std::string& text);
// --preprocess: a preset's name or a JSON object; nothing for "". Makes a mean image's path absolute.
std::optional<Preprocess> parse_preprocess_option(const std::string& text);

}  // namespace fxe
