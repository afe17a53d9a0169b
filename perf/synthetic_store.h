// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>

namespace fxe::perf {

// A store (fp32) of members that are right more often than not, on images that are easy or hard for all of
// them.
void make_synthetic_store(const std::filesystem::path&, size_t images, size_t members, size_t classes);

}  // namespace fxe::perf
