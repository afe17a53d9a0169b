// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "engine/files/descriptor.h"

namespace fxe {

// Held while a file is read, changed and replaced (OutputFile), so that each of several processes sees what
// the one before it wrote. Waits for its turn. Throws if the file cannot be opened; see cannot_read().
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path&);

 private:
  Descriptor file_;
};

}  // namespace fxe
