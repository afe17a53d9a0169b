// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace fxe {

// One subcommand of fxe, in a file of its own. run() gets the words after its name and returns the exit code;
// it throws Error for everything that goes wrong.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(int argc, char** argv);
};

std::span<const Command> commands();

int run_init(int argc, char** argv);
int run_convert(int argc, char** argv);
int run_inspect(int argc, char** argv);
int run_classify(int argc, char** argv);
int run_eval(int argc, char** argv);
int run_record(int argc, char** argv);
int run_import(int argc, char** argv);
int run_replay(int argc, char** argv);
int run_calibrate(int argc, char** argv);
int run_bench(int argc, char** argv);
int run_profile(int argc, char** argv);
int run_figures(int argc, char** argv);
int run_check(int argc, char** argv);
int run_doctor(int argc, char** argv);

// Runs the whole command line: "fxe eval ...". Prints one line for an error and returns the exit code: 0
// done, 1 failed at run time, 2 bad input or usage, 3 a check did not hold; exit_code_of_signal() if a signal
// stopped it.
int run_command_line(int argc, char** argv);

}  // namespace fxe
