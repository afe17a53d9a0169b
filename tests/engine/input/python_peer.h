// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/python_peer.h"

namespace fxe::test {

// Runs a script of tests/engine ("input/preset_peer.py") with these arguments and returns the lines it
// prints. Throws with its output if it fails.
std::vector<std::string> run_peer(const std::string& python, const std::string& script,
                                  const std::vector<std::string>& arguments);

std::vector<std::string> split_at_tabs(const std::string& line);

}  // namespace fxe::test
