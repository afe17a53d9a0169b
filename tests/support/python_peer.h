// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fxe::test {

// A command for a Python with these modules ("torch, onnx"), or empty. Tries $FXE_PYTHON, python3,
// /usr/bin/python3 and what tools/python_peers made.
std::string python_with(const std::string& modules);

// Runs tests/`script`, once per test program, with a fresh folder of the build tree and `arguments` as its
// arguments. Returns the folder; throws with the end of the script's output if it fails.
std::filesystem::path run_script(const std::string& python, const std::string& script,
                                 const std::string& arguments = "");

// A file of the test's own with this content.
std::filesystem::path temporary_file(const std::string& name, std::string_view content);

std::string read_text(const std::filesystem::path&);           // throws if there is none
std::vector<float> read_floats(const std::filesystem::path&);  // raw little-endian fp32

}  // namespace fxe::test
