// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "metareasoner/store/store_header.h"
#include "tools/commands/options.h"

namespace fxe {

// What the commands that make a store share: -o, --half, --compact.
struct StoreOptions {
  std::filesystem::path path;
  StoreForm form = StoreForm::fp32;
};
void add_store_options(cxxopts::Options&);
StoreOptions read_store_options(const cxxopts::ParseResult&);

}  // namespace fxe
