// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/error.h"

namespace fxe::test {

// The message of the bad_input that f() throws; what is wrong, in capitals, where it throws none or another,
// or where the message has more than one line.
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
