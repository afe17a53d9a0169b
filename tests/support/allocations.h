// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace fxe::test {

// One call of malloc, operator new or their kin.
struct Allocation {
  size_t bytes = 0;
  std::string library;  // the caller's file name: "libdnnl.so.2"; the program's own if that is static
  std::string caller;   // "dnnl_primitive_execute", "?" where the symbol is not exported
};

// The allocations of the whole process, on all its threads, while `f` runs. A program that links this gets a
// malloc and an operator new that count, then call glibc's.
std::vector<Allocation> allocations_during(const std::function<void()>& f);

// From now on, aborts the process with a message once more than `bytes` have been requested in all, on any
// thread, regardless of what was freed. 0: no limit. Also under AddressSanitizer.
void limit_allocations(size_t bytes);

// False if a sanitizer has its own malloc.
bool can_count_allocations();

}  // namespace fxe::test
