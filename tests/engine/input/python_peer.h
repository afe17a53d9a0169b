// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fxe::test {

// A command for a Python that has these modules ("torch, timm"), or empty; tries $FXE_PYTHON, python3 and
// /usr/bin/python3.
std::string python_with(const std::string& modules);

// Runs a script of this folder with these arguments and returns the lines it prints. Throws with what it
// printed if it fails.
std::vector<std::string> run_peer(const std::string& python, const std::string& script,
                                  const std::vector<std::string>& arguments);

std::vector<std::string> split_at_tabs(const std::string& line);

}  // namespace fxe::test
