// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <filesystem>
#include <new>
#include <system_error>

#include "engine/error.h"
#include "engine/files/files_read.h"
#include "engine/names.h"
#include "engine/utf8.h"
#include "tools/commands/commands.h"
#include "tools/commands/options.h"
#include "tools/commands/version.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

constexpr std::array<Command, 14> kCommands = {{
    {"init", "from weight files to an ensemble file", run_init},
    {"convert", "any model file to one safetensors file that carries its graph", run_convert},
    {"inspect", "layers, shapes, parameters, multiply-adds, memory plan", run_inspect},
    {"classify", "top-5 of images; --explain shows every stage", run_classify},
    {"eval", "accuracy, exits and time on a labelled image folder", run_eval},
    {"record", "every member's logits for every image of a folder: a store", run_record},
    {"import", "a store from logits of another framework (.npy)", run_import},
    {"replay", "any operating point of a store, without running a network", run_replay},
    {"calibrate", "thresholds that meet an objective, with guarantees, from a store", run_calibrate},
    {"bench", "latency and throughput, in trtexec's words", run_bench},
    {"profile", "time by member, layer and kernel; what exits saved of each", run_profile},
    {"figures", "plots of stores: accuracy, margins, frontier", run_figures},
    {"check", "compares a backend with the reference, layer by layer", run_check},
    {"doctor", "what works on this machine, what is missing, and why", run_doctor},
}};

void print_usage(std::FILE* to) {
  fmt::print(to,
             "fxe runs ensembles of image classifiers that stop early.\n\n"
             "usage: fxe COMMAND ...\n       fxe help COMMAND\n       fxe --version\n\n");
  for (const auto& c : kCommands) fmt::print(to, "  {:<10}{}\n", c.name, c.summary);
}

const Command& find_command(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& c : kCommands) {
    if (c.name == name) return c;
    names.emplace_back(c.name);
  }
  throw bad_input("no command is called '{}' (nearest: {}); fxe --help lists them", name,
                  fmt::join(nearest_names(name, names, 2), ", "));
}

int show_help(std::string_view command) {
  std::string words[] = {std::string(command), "--help"};
  char* argv[] = {words[0].data(), words[1].data(), nullptr};
  return find_command(command).run(2, argv);
}

// Prints one line of limited length, whatever file and tensor names the message holds.
int report(std::string_view command, std::string message, int exit_code) {
  constexpr size_t kLongest = 4096;
  if (message.size() > kLongest) message.replace(kLongest, message.npos, "...");
  std::fflush(stdout);
  const Terminal terminal = terminal_of(stderr);
  fmt::print(stderr, "{} {}\n", painted(terminal, Ink::red, fmt::format("fxe {}:", command)),
             on_one_line(message));
  return exit_code;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run_command_line(int argc, char** argv) {
  std::string_view name = argc > 1 ? argv[1] : "";
  const bool help = name == "--help" || name == "-h" || name == "help";
  if (name.empty() || (help && argc == 2)) {
    print_usage(name.empty() ? stderr : stdout);
    return name.empty() ? 2 : 0;
  }
  if (name == "--version") {
    fmt::print("{}", version_text());
    return 0;
  }
  start_noting_files();
  try {
    if (help) return show_help(name = argv[2]);
    return find_command(name).run(argc - 1, argv + 1);
  } catch (const Error& e) {
    return report(name, e.what(), static_cast<int>(e.kind()));
  } catch (const cxxopts::exceptions::exception& e) {
    return report(name, fmt::format("{}; see fxe {} --help", e.what(), name), 2);
  } catch (const std::bad_alloc&) {
    return report(name, "out of memory; try a smaller --batch", 1);
  } catch (const std::filesystem::filesystem_error& e) {  // of what asks whether a file is there
    const Error error = cannot_read(e.path1(), e.code().value());
    return report(name, error.what(), static_cast<int>(error.kind()));
  } catch (const std::system_error& e) {
    if (e.code() != std::errc::resource_unavailable_try_again)
      return report(name, fmt::format("unexpected: {}", e.what()), 1);
    return report(
        name,
        fmt::format("no further thread can be started: {}; use fewer --threads, or raise the limits "
                    "on processes and memory (ulimit -u, ulimit -v)",
                    e.what()),
        1);
  } catch (const std::exception& e) {
    return report(name, fmt::format("unexpected: {}", e.what()), 1);
  }
}

}  // namespace fxe
