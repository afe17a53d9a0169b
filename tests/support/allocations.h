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
  std::string library;  // file name of who called: "libdnnl.so.2"; of the program itself where that is static
  std::string caller;   // "dnnl_primitive_execute", "?" where the symbol is not exported
};

// Those of the whole process, on all of its threads, while `f` runs. A program that links this has a malloc
// and an operator new that count and then call glibc's.
std::vector<Allocation> allocations_during(const std::function<void()>& f);

// From now on, ends the process (abort, after a message) once more than `bytes` were asked for in all, on any
// thread and whatever was given back. 0: no limit. Also under AddressSanitizer.
void limit_allocations(size_t bytes);

// False where a sanitizer has a malloc of its own.
bool can_count_allocations();

}  // namespace fxe::test
