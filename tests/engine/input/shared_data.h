// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>

#include "tests/paths.h"

namespace fxe::test {

// A folder or file of the data that is not part of the project, in $FXE_DATA or beside the sources; empty if
// it is absent.
inline std::filesystem::path shared_data(const std::filesystem::path& name) {
  const char* given = std::getenv("FXE_DATA");
  const std::filesystem::path root = given ? given : FXE_SOURCE_DIR "/../shared/data";
  std::error_code error;
  return std::filesystem::exists(root / name, error) ? root / name : std::filesystem::path();
}

}  // namespace fxe::test
