// SPDX-License-Identifier: Apache-2.0
// One target, FXE_FUZZED, under libFuzzer; tools/fuzz runs it.
//   fuzz_NAME [libFuzzer's own arguments]
//   fuzz_NAME --max-len
//   fuzz_NAME --write-seeds=FOLDER
#include <google/protobuf/stubs/logging.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include "tests/fuzz/target.h"

namespace {

const fxe::fuzz::Target& target() {
  static const auto made = fxe::fuzz::FXE_FUZZED();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  google::protobuf::SetLogHandler(nullptr);  // a line for every damaged string
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (argument == "--max-len") std::printf("%zu\n", target().max_bytes);
    if (argument.starts_with("--write-seeds="))
      write_seeds(target(), argument.substr(argument.find('=') + 1));
    if (argument.starts_with("--")) std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::clock_t begin = std::clock();
  fxe::fuzz::run_input(target(), std::as_bytes(std::span(data, size)));
  // Processor time: libFuzzer's own limit counts time in which a busy machine did something else.
  if (std::clock() - begin > CLOCKS_PER_SEC) throw std::logic_error("it took more than a second");
  return 0;
}
