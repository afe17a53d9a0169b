// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/version.h"

#include <fmt/format.h>

#include "layers/backend.h"
#include "tools/commands/build_version.h"

namespace fxe {

namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("GCC {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace

std::string version_text() {
  const std::string commit = FXE_COMMIT, cuda = FXE_CUDA_TOOLKIT;
  return fmt::format(
      "fxe {}{}\n"
      "compiler  {}, {}\n"
      "backends  reference; cpu ({}); cuda ({})\n",
      FXE_VERSION, commit.empty() ? "" : ", commit " + commit, compiler(), FXE_BUILD_TYPE,
      cpu_library_version(), cuda.empty() ? "not built in" : cuda);
}

}  // namespace fxe
