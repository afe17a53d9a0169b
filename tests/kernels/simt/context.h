// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
// SIMT_UCONTEXT: the portable way on every machine.
#if !defined(__x86_64__) && !defined(SIMT_UCONTEXT)
#define SIMT_UCONTEXT
#endif
#if defined(SIMT_UCONTEXT)
#include <ucontext.h>
#endif

namespace simt {

// What a fiber resumes with: a stack and the registers that a function call preserves.
class Context {
 public:
  void prepare(char* stack, size_t bytes, void (*entry)());  // entry never returns
  static void swap(Context& save, Context& resume);

 private:
#if defined(SIMT_UCONTEXT)
  ucontext_t context_;  // about 15 times slower, as it saves the signal mask
#else
  void* stack_pointer_ = nullptr;
#endif
};

// Stacks with a guard page below, kept for later launches.
inline constexpr size_t kStackBytes = 128 * 1024;
char* take_stack();
void give_stack(char* stack);

}  // namespace simt
