// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace fxe {

// Why something stopped. The values are the command line's exit codes.
enum class ErrorKind {
  run_time = 1,      // failed while running: out of memory, a device error, a full disk
  bad_input = 2,     // a file, an argument or a combination of them that fxe cannot use
  check_failed = 3,  // a comparison the user asked for did not hold
};

// The one exception type of fxe. what() is one line: what was expected, what was found, where, what to
// do next.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// throw bad_input("{}: expected 8 bytes of header, found {}", path, n);
template <class... Args>
[[nodiscard]] Error bad_input(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::bad_input, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
[[nodiscard]] Error run_time_error(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::run_time, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
[[nodiscard]] Error check_failed(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::check_failed, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace fxe
