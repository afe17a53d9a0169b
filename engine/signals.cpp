// SPDX-License-Identifier: Apache-2.0
#include "engine/signals.h"

#include <unistd.h>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <new>

#include "engine/error.h"
#include "engine/mapped_file.h"

namespace fxe {

namespace {

// Handlers may touch only lock-free atomics.
using Cleanup = void (*)();
std::array<std::atomic<Cleanup>, 4> cleanups;
std::atomic<bool> can_stop{false};
std::atomic<int> asked{0};
static_assert(std::atomic<Cleanup>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void run_cleanups() {
  for (const auto& place : cleanups)
    if (const Cleanup cleanup = place) cleanup();
}

// Ends the program as an error does, where none can be thrown.
[[noreturn]] void end_with(std::initializer_list<const char*> line) {
  static std::atomic_flag ending;
  while (ending.test_and_set()) pause();  // another thread is already ending the program
  for (const char* part : line) {
    [[maybe_unused]] const auto ignored = write(STDERR_FILENO, part, std::strlen(part));
  }
  run_cleanups();
  _exit(1);
}

void handle_unreadable_page(int, siginfo_t* info, void*) {
  if (const char* name = file_mapped_at(info->si_addr))
    end_with(
        {"fxe: ", name, ": cannot be read any more: it became shorter in the meantime, or its disk fails\n"});
  std::signal(SIGBUS, SIG_DFL);  // not one of ours: it is raised again and ends the program
}

std::terminate_handler usual_end;

void handle_terminate() {
  try {
    if (std::current_exception()) throw;
  } catch (const std::bad_alloc&) {
    end_with({"fxe: out of memory; try a smaller --batch\n"});
  } catch (...) {
  }
  usual_end();
}

void handle(int number) {
  int none = 0;
  const bool asks = number == SIGINT || number == SIGTERM;
  if (asks && can_stop && asked.compare_exchange_strong(none, number)) return;
  end_by_signal(number);
}

}  // namespace

void install_signal_handlers() {
  for (const int number :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2}) {
    struct sigaction action = {};
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action = {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;  // an interrupted read of an image continues
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
  }
  struct sigaction action = {};
  action.sa_sigaction = handle_unreadable_page;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
  if (std::get_terminate() != handle_terminate) usual_end = std::set_terminate(handle_terminate);
}

void at_signal(Cleanup cleanup) {
  for (auto& place : cleanups) {
    Cleanup none = nullptr;
    if (place.compare_exchange_strong(none, cleanup) || none == cleanup) return;
  }
  throw run_time_error("{} cleanups of signals are there already", cleanups.size());
}

void end_by_signal(int number) {
  run_cleanups();
  std::signal(number, SIG_DFL);
  sigset_t blocked;  // the signal itself, while its handler runs
  sigemptyset(&blocked);
  sigaddset(&blocked, number);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  raise(number);
  _exit(exit_code_of_signal(number));  // reached only if the signal does not end a program
}

StopRequest::StopRequest() {
  asked = 0;
  can_stop = true;
}

StopRequest::~StopRequest() { can_stop = false; }

int StopRequest::signal() const { return asked; }

}  // namespace fxe
