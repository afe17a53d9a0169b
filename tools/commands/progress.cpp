// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace fxe {

Progress::Progress(std::string label, size_t total, bool quiet)
    : label_(std::move(label)),
      total_(total),
      shown_(!quiet && isatty(STDERR_FILENO)),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::advance(size_t done) {
  const auto now = std::chrono::steady_clock::now();
  if (!shown_ || (now - last_ < std::chrono::milliseconds(100) && done < total_)) return;
  last_ = now;
  constexpr size_t kWidth = 30;
  const size_t filled = total_ ? kWidth * done / total_ : kWidth;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  fmt::print(stderr, "\r\033[K{} [{:#<{}}{:.<{}}] {}/{} {:.0f}/s", label_, "", filled, "", kWidth - filled,
             done, total_, seconds > 0 ? static_cast<double>(done) / seconds : 0.0);
  std::fflush(stderr);
}

}  // namespace fxe
