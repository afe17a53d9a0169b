// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <stdexcept>

#include "engine/error.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

std::string run_input(const Target& target, Bytes input) {
  try {
    target.run(input);
    return "";
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::bad_input)
      throw std::logic_error(fmt::format("not a bad_input, but: {}", e.what()));
    return e.what();
  }
}

void write_seeds(const Target& target, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : target.seeds())
    std::ofstream(folder / ("seed" + std::to_string(++number)), std::ios::binary) << seed;
}

void touch(Bytes bytes) {
  unsigned sum = 0;
  for (const std::byte b : bytes) sum += std::to_integer<unsigned>(b);
  [[maybe_unused]] volatile unsigned kept = sum;  // without volatile, clang leaves the loop out
}

}  // namespace fxe::fuzz
