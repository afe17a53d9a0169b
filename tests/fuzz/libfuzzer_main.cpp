// SPDX-License-Identifier: Apache-2.0
// The targets under libFuzzer; tools/fuzz runs it.
//   fuzz --target=NAME [libFuzzer's own arguments]
//   fuzz --target=NAME --write-seeds=FOLDER
//   fuzz --list
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/error.h"
#include "tests/fuzz/target.h"

namespace {

const fxe::fuzz::Target* target = nullptr;

void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : target->seeds())
    std::ofstream(folder / ("seed" + std::to_string(++number)), std::ios::binary) << seed;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    const auto value = argument.substr(argument.find('=') + 1);
    if (argument == "--list") {
      for (const auto& t : fxe::fuzz::targets())
        std::printf("%s %zu\n", std::string(t.name).c_str(), t.max_bytes);
      std::exit(0);
    }
    if (argument.starts_with("--target=")) target = &fxe::fuzz::find_target(value);
    if (argument.starts_with("--write-seeds=") && target) {
      write_seeds(value);
      std::exit(0);
    }
  }
  if (target) return 0;
  std::fprintf(stderr, "usage: fuzz --target=NAME ...; fuzz --list names all\n");
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fxe::fuzz::run_input(*target, std::as_bytes(std::span(data, size)));
  return 0;
}
