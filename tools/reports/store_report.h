// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "engine/files/output_file.h"
#include "engine/input/left_out.h"

namespace fxe {

// Reads the finished store back and describes it, to people and as {"schema": "fxe.record/1", ...}.
void report_store(const std::filesystem::path&, size_t unreadable, const LeftOut&, OutputFile& json,
                  bool quiet);

}  // namespace fxe
