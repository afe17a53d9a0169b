// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/reports/pseudo_terminal.h"

#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace fxe::test {

PseudoTerminal::PseudoTerminal(unsigned short columns, std::FILE* stream) : stream_(stream) {
  winsize window{};
  window.ws_col = columns;
  window.ws_row = 24;
  if (openpty(&master_, &slave_, nullptr, nullptr, &window) != 0)
    throw std::runtime_error("no pseudo-terminal");
  std::fflush(stream_);
  kept_ = dup(fileno(stream_));
  dup2(slave_, fileno(stream_));
  reader_ = std::thread([this] {
    char buffer[4096];
    for (ssize_t n; (n = read(master_, buffer, sizeof buffer)) > 0;)
      text_.append(buffer, static_cast<size_t>(n));
  });
}

PseudoTerminal::~PseudoTerminal() {
  end_of_all();
  close(master_);
}

std::string PseudoTerminal::end_of_all() {
  if (!reader_.joinable()) return text_;
  go_on();
  std::fflush(stream_);
  dup2(kept_, fileno(stream_));
  close(kept_);
  close(slave_);  // the last one: reading the other side ends
  reader_.join();
  return text_;
}

void PseudoTerminal::stop() { tcflow(slave_, TCOOFF); }
void PseudoTerminal::go_on() { tcflow(slave_, TCOON); }

}  // namespace fxe::test
