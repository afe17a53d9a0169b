// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// "fxe --version": version, commit, compiler, and the backends built in.
std::string version_text();

}  // namespace fxe
