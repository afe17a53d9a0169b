// SPDX-License-Identifier: Apache-2.0
#include "tests/support/input_limits.h"

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "tests/paths.h"
#include "tests/support/allocations.h"

namespace fxe::test {

namespace {

struct Current {
  std::array<char, 512> path{};
  std::span<const std::byte> input;
};
Current current;

// System calls only: it may run with the heap's lock held.
void say(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

void save_input() {
  const int file = open(current.path.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0 || write(file, current.input.data(), current.input.size()) < 0)
    return say("the input could not be saved in ");
  close(file);
  say("the input is in ");
}

void on_signal(int number) {
  if (number == SIGPROF)
    say("\nan input takes too long; ");
  else
    say("\nan input ends the process; ");
  save_input();
  say(current.path.data());
  say("\n");
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void set_timer(int seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = seconds;
  setitimer(ITIMER_PROF, &timer, nullptr);
}

void install_handlers() {
  static const bool kOnce = [] {
    for (const int number : {SIGPROF, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
      std::signal(number, on_signal);
    return true;
  }();
  static_cast<void>(kOnce);
}

}  // namespace

size_t memory_limit(size_t input_bytes) { return (size_t{256} << 20) + 64 * input_bytes; }

InputLimits::InputLimits(std::string_view name, std::span<const std::byte> input, int seconds) {
  install_handlers();
  const std::filesystem::path folder = std::filesystem::path(FXE_BINARY_DIR) / "hostile-inputs";
  std::filesystem::create_directories(folder);
  std::snprintf(current.path.data(), current.path.size(), "%s/%.*s", folder.c_str(),
                static_cast<int>(name.size()), name.data());
  current.input = input;
  set_timer(seconds);
  limit_allocations(memory_limit(input.size()));
}

InputLimits::~InputLimits() {
  limit_allocations(0);
  set_timer(0);
}

}  // namespace fxe::test
