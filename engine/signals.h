// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe {

// Handles the signals that end the program: SIGINT (Ctrl-C), SIGTERM and SIGHUP. Handlers are installed here
// and nowhere else, by the program and never by the library: programs that link fxe keep their own.
void install_signal_handlers();  // a signal that was ignored at the start, as under nohup, stays ignored
// Also handles SIGBUS: a mapped file that shrank, or whose disk fails, gives one line on standard error and
// exit code 1, after the cleanups. So does memory that runs out where nothing may be thrown: the destructor
// of nlohmann's json allocates, and so does std::filesystem where it lists a folder (std::terminate).

// Runs `cleanup` before a signal ends the program. It must be async-signal-safe. Throws run_time if there are
// too many.
void at_signal(void (*cleanup)());

// The exit code a shell shows for a program ended by a signal; 130 for Ctrl-C.
constexpr int exit_code_of_signal(int number) { return 128 + number; }
// Ends the program by the signal itself, so that the shell also stops a loop around it.
[[noreturn]] void end_by_signal(int number);

// While one lives, the first SIGINT or SIGTERM only asks for a stop: the loop that polls it ends with what it
// has. The second one ends the program at once, as does SIGHUP. At most one at a time.
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
