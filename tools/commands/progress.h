// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace fxe {

// A progress bar on standard error: only on a terminal, at most ten times a second; silent into a pipe or
// when `quiet`.
class Progress {
 public:
  Progress(std::string label, size_t total, bool quiet);
  ~Progress();  // clears the line
  void advance(size_t done);

 private:
  std::string label_;
  size_t total_;
  bool shown_;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace fxe
