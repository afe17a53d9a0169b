// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <thread>

namespace fxe::test {

// A terminal of this many columns in place of standard output or error, for as long as it lives.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns, std::FILE* stream = stderr);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  void stop();               // as Ctrl-S does: whoever writes much waits
  void go_on();              // Ctrl-Q
  std::string end_of_all();  // gives the stream back, and returns all that was written

 private:
  std::FILE* stream_;
  int master_ = -1, slave_ = -1, kept_ = -1;
  std::string text_;
  std::thread reader_;
};

}  // namespace fxe::test
