// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/error.h"

namespace fxe::test {

// The message of the bad_input that f() throws. If it throws none or something else, or if the message has
// several lines, says so in capitals.
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    const std::string text = error.what();
    if (error.kind() != ErrorKind::bad_input) return "ANOTHER KIND: " + text;
    if (text.empty() || text.find('\n') != text.npos) return "NOT ONE LINE: " + text;
    return text;
  }
  return "NO ERROR";
}

}  // namespace fxe::test
