// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weights_converter/byte_reader.h"

namespace fxe::fuzz {

// One parser of untrusted bytes. The same targets run under libFuzzer (libfuzzer_main.cpp) and, for a few
// seconds, in the test suite (fuzz_test.cpp).
struct Target {
  std::string_view name;
  size_t max_bytes;                     // inputs longer than this find nothing new
  void (*run)(Bytes input);             // parses, and reads everything that came out
  std::vector<std::string> (*seeds)();  // well-formed inputs that reach every part of the parser
};

std::span<const Target> targets();
const Target& find_target(std::string_view name);  // throws bad_input listing all

// Checks what `run` must do with any input: succeed, or throw a bad_input. Returns its message, empty for
// success; throws std::logic_error for an Error of another kind. Passes on other exceptions.
std::string run_input(const Target&, Bytes input);

// Writes its seeds to a folder, which it creates.
void write_seeds(const Target&, const std::filesystem::path& folder);

// Reads every byte, so that a sanitizer notices those out of bounds.
void touch(Bytes);

// One function per target, which creates it.
#define FXE_FUZZ_TARGET(name) Target name();
#include "tests/fuzz/targets.inc"
#undef FXE_FUZZ_TARGET

}  // namespace fxe::fuzz
