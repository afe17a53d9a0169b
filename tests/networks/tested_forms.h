// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace fxe::test {

// The rows of tests/networks/README.md whose last column is `test`, without that column: "network | peer |
// formats | input".
std::set<std::string> tested_forms(const std::string& test);

}  // namespace fxe::test
