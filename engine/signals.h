// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe {

// The signals that end the program: SIGINT (Ctrl-C), SIGTERM and SIGHUP. Handlers are installed here and
// nowhere else, by the program and never by the library: whoever links fxe keeps his own.
void install_signal_handlers();  // a signal that was ignored at the start, as under nohup, stays ignored
// With them one for SIGBUS: a mapped file that became shorter, or whose disk fails, is a line on standard
// error and exit code 1, after the cleanups.

// Runs `cleanup` before a signal ends the program. It must be async-signal-safe. Throws run_time past a few.
void at_signal(void (*cleanup)());

// What the shell shows of a program that a signal ended; 130 for Ctrl-C.
constexpr int exit_code_of_signal(int number) { return 128 + number; }
// Ends the program as the signal would have done, so that the shell stops a loop around it too.
[[noreturn]] void end_by_signal(int number);

// While one lives, the first SIGINT or SIGTERM only asks for a stop: the loop that looks here ends with what
// it has. The second one, and SIGHUP, end the program at once, as all of them do where none lives. At most
// one at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  int signal() const;  // the number of the signal that asked; 0: none has
  explicit operator bool() const { return signal() != 0; }
};

}  // namespace fxe
