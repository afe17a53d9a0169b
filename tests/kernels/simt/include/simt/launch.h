// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/keywords.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace simt {

// Which thread runs next.
enum class Order {
  forward,   // by index; first come, first served
  reverse,   // the same from the last thread and block
  random,    // any thread that can run
  priority,  // warps have random priorities, which sometimes change: one runs far ahead of the others
};
struct Options {
  Order order = Order::forward;
  uint64_t seed = 1;
  unsigned resident_blocks = 1;         // how many run at the same time
  uint64_t max_switches = 500'000'000;  // a launch that needs more hangs
};
Options& options();

// A rule of CUDA was broken: which thread, where, and what the others do.
struct KernelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void set_clock_ns(uint64_t ns);

// The value that a kernel gave a conditional node's handle, which is then forgotten; throws std::out_of_range
// if none did.
unsigned take_conditional(uint64_t handle);

void run(const char* name, void (*kernel)(void*), void* arguments, dim3 grid, unsigned threads,
         size_t dynamic_shared_bytes);

// Runs the kernel to its end. Throws KernelError.
template <class... P>
void launch(const char* name, void (*kernel)(P...), dim3 grid, unsigned threads, size_t dynamic_shared_bytes,
            P... arguments) {
  struct Call {
    void (*kernel)(P...);
    std::tuple<P...> arguments;
  } call{kernel, {arguments...}};
  run(
      name, [](void* c) { std::apply(static_cast<Call*>(c)->kernel, static_cast<Call*>(c)->arguments); },
      &call, grid, threads, dynamic_shared_bytes);
}

// A launch that was given to a queue, with a copy of its arguments.
struct Launch {
  const char* name;
  dim3 grid;
  unsigned threads;
  size_t dynamic_shared_bytes, parameter_bytes;
  std::function<void()> run;
};

// What happens to launches on queues and to conditional nodes' values; a simulated device installs its own.
struct Hooks {
  void (*enqueue)(void* queue, const Launch&);               // runs it at once
  void (*set_conditional)(uint64_t handle, unsigned value);  // keeps it for take_conditional()
};
Hooks& hooks();

template <class... P>
void enqueue(void* queue, const char* name, void (*kernel)(P...), dim3 grid, unsigned threads,
             size_t dynamic_shared_bytes, P... arguments) {
  hooks().enqueue(queue, {name, grid, threads, dynamic_shared_bytes, sizeof(std::tuple<P...>), [=] {
                            launch(name, kernel, grid, threads, dynamic_shared_bytes, P(arguments)...);
                          }});
}

}  // namespace simt

using cudaGraphConditionalHandle = unsigned long long;
void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value);
