// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/small_stores.h"

#include <gtest/gtest.h>

namespace fxe::test {

std::string replayed(std::vector<std::string> words) {
  Folder out;
  words.insert(words.begin(), "replay");
  words.insert(words.end(), {"--quiet", "--predictions", out / "p.csv"});
  const Outcome o = fxe(words);
  EXPECT_EQ(o.code, 0) << o.err;
  return o.code ? "" : read_text(out / "p.csv");
}

std::string evaluated(std::vector<std::string> words) {
  Folder out;
  words.insert(words.begin(), "eval");
  words.insert(words.end(), {"--quiet", "--threads", "1", "--predictions", out / "p.csv"});
  const Outcome o = fxe(words);
  EXPECT_EQ(o.code, 0) << o.err;
  return o.code ? "" : read_text(out / "p.csv");
}

void record(std::vector<std::string> words) {
  words.insert(words.begin(), "record");
  words.insert(words.end(), {"--quiet", "--threads", "1"});
  const Outcome o = fxe(words);
  EXPECT_EQ(o.code, 0) << o.err;
}

SmallStores::SmallStores() {
  const auto& s = small_ensemble();
  record({s.ensemble, s.images, "-o", folder / "fp32"});
  record({s.ensemble, s.images, "-o", folder / "fp16", "--half"});
  record({s.ensemble, s.images, "-o", folder / "compact", "--compact"});
}

const SmallStores& small_stores() {
  static const SmallStores made;
  return made;
}

}  // namespace fxe::test
