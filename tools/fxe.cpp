// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>

#include "engine/signals.h"
#include "tools/commands/commands.h"
#include "tools/reports/standard_streams.h"

namespace {

// Between parallel loops libgomp's threads spin, by default for so long that a thread which has lost its core
// to another process or to the image loader stalls all others: on a busy machine, tests of the CPU engine
// take 55 s instead of 9 s. The library reads its settings when it is loaded, before main(), so the program
// restarts itself with them.
void settle_openmp(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  if (setenv("GOMP_SPINCOUNT", "1000", 1) == 0) execv("/proc/self/exe", argv);
}

}  // namespace

int main(int argc, char** argv) {
  settle_openmp(argv);  // returns if that fails: everything works, only slower
  try {
    fxe::set_up_standard_streams();
  } catch (const std::bad_alloc&) {
    std::fputs("fxe: out of memory before anything was done\n", stderr);
    return 1;
  }
  fxe::install_signal_handlers();
  const int code = fxe::exit_code_after_printing(fxe::run_command_line(argc, argv));
  if (code <= fxe::exit_code_of_signal(0)) return code;
  std::fflush(nullptr);
  fxe::end_by_signal(code - fxe::exit_code_of_signal(0));
}
