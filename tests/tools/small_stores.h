// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/tools/small_ensemble.h"

namespace fxe::test {

// The predictions file that "fxe replay" or "fxe eval" wrote, with these words; empty if it failed.
std::string replayed(std::vector<std::string> words);
std::string evaluated(std::vector<std::string> words);

void record(std::vector<std::string> words);  // "fxe record" with these

// Three members and 60 images, recorded in each form.
struct SmallStores {
  SmallStores();
  Folder folder;
  const std::string fp32 = folder / "fp32", fp16 = folder / "fp16", compact = folder / "compact";
};
const SmallStores& small_stores();

}  // namespace fxe::test
