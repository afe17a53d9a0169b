// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "engine/files/output_file.h"
#include "engine/input/left_out.h"
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

// Reads the finished store back and describes it, to people and as {"schema": "fxe.record/1", ...}.
void report_store(const std::filesystem::path&, size_t unreadable, const LeftOut&, OutputFile& json,
                  bool quiet);

}  // namespace fxe
