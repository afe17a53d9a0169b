// SPDX-License-Identifier: Apache-2.0
// Writes the seeds of every target to FOLDER/TARGET/, where tests/attack starts.
//   write_seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/target.h"

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  for (const auto& target : fxe::fuzz::targets())
    write_seeds(target, std::filesystem::path(words[1]) / target.name);
}
