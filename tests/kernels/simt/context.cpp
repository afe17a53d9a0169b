// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/simt/context.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/kernels/simt/sanitizers.h"

#if defined(__SANITIZE_ADDRESS__)
// A use of a stack after return is found by taking every frame from the heap, a stack of such frames for each
// fiber: tests of kernels take ten times as long. On by default in GCC 14, off in 12.
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0"; }
#endif

namespace simt {
namespace {

constexpr size_t kGuardBytes = 4096;
std::vector<char*> spare_stacks;

void* map(void* at, size_t bytes, int flags) {
  void* p =
      mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  if (p == MAP_FAILED) {
    std::perror("simt: mmap of a fiber's stack");
    std::abort();
  }
  return p;
}

}  // namespace

char* take_stack() {
  if (spare_stacks.empty()) {
    char* p = static_cast<char*>(map(nullptr, kGuardBytes + kStackBytes, 0));
    mprotect(p, kGuardBytes, PROT_NONE);
    return p + kGuardBytes;
  }
  char* stack = spare_stacks.back();
  spare_stacks.pop_back();
  asan_unpoison(stack, kStackBytes);
  // A new mapping is the only way to make ThreadSanitizer forget the former fiber; 16 KiB is what
  // kernels use.
  if (kTsan) map(stack + kStackBytes - 16384, 16384, MAP_FIXED);
  return stack;
}

void give_stack(char* stack) { spare_stacks.push_back(stack); }

#if !defined(SIMT_UCONTEXT)

// System V ABI: rbx, rbp, r12-r15 and rsp survive a call; rdi is &save.stack_pointer_, rsi is what to resume.
extern "C" void simt_swap_stacks(void** save, void* resume);
asm(R"(
.text
.globl simt_swap_stacks
.type simt_swap_stacks,@function
simt_swap_stacks:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size simt_swap_stacks,.-simt_swap_stacks
)");

void Context::prepare(char* stack, size_t bytes, void (*entry)()) {
  constexpr int kSavedRegisters = 6;
  auto** top = reinterpret_cast<void**>(stack + bytes);  // aligned to 16
  top[-1] = nullptr;                                     // entry's return address, never used
  top[-2] = reinterpret_cast<void*>(entry);
  for (int i = 0; i < kSavedRegisters; ++i) top[-3 - i] = nullptr;
  stack_pointer_ = top - 2 - kSavedRegisters;
}

void Context::swap(Context& save, Context& resume) {
  simt_swap_stacks(&save.stack_pointer_, resume.stack_pointer_);
}

#else

void Context::prepare(char* stack, size_t bytes, void (*entry)()) {
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack;
  context_.uc_stack.ss_size = bytes;
  context_.uc_link = nullptr;
  makecontext(&context_, entry, 0);
}

void Context::swap(Context& save, Context& resume) { swapcontext(&save.context_, &resume.context_); }

#endif

}  // namespace simt
