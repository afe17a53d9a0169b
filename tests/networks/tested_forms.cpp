// SPDX-License-Identifier: Apache-2.0
#include "tests/networks/tested_forms.h"

#include <gtest/gtest.h>

#include <sstream>

#include "networks/registry.h"
#include "tests/paths.h"
#include "tests/support/python_peer.h"

namespace fxe::test {

namespace {

std::string readme() { return read_text(FXE_SOURCE_DIR "/tests/networks/README.md"); }

}  // namespace

std::set<std::string> tested_forms(const std::string& test) {
  const std::string ending = " | " + test + " |";
  std::set<std::string> rows;
  std::istringstream lines(readme());
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| ") && line.ends_with(ending))
      rows.insert(line.substr(2, line.size() - 2 - ending.size()));
  return rows;
}

namespace {

TEST(TestedForms, TheTableNamesEveryNetworkThatIsBuiltByName) {
  std::set<std::string> named;
  std::istringstream words(readme());
  for (std::string word; words >> word;) {
    if (const auto end = word.find_last_not_of(",.;:"); end != word.npos) word.resize(end + 1);
    named.insert(word);
  }
  for (const auto& name : network_names()) EXPECT_TRUE(named.contains(name)) << name;
}

}  // namespace
}  // namespace fxe::test
