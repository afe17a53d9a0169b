// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace fxe {

// Progress on one line of standard error: only on a terminal, at most ten times a second, by a thread of its
// own, so that a slow or stopped terminal delays nothing. Silent into a pipe or when `quiet`.
class Progress {
 public:
  // "eval", "images"; a total of 0 is unknown: the line then shows how long it has taken.
  Progress(std::string label, std::string unit, size_t total, bool quiet);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(size_t done);  // never waits; from any thread
  void set_total(size_t total);

 private:
  struct Writer;
  std::unique_ptr<Writer> writer_;  // null: not shown
};

// The line: label, bar, count, rate, time left, as far as they fit into this many columns.
struct ProgressState {
  std::string label, unit;
  size_t done = 0, total = 0;
  double per_second = 0;  // 0: unknown so far
  double seconds = 0;     // since it began
};
std::string progress_line(const ProgressState&, size_t columns);

}  // namespace fxe
