// SPDX-License-Identifier: Apache-2.0
// Whether reading, decoding and inference overlap: eval's wall time beside that of each stage alone, in turn
// in one process.
//   GOMP_SPINCOUNT=1000 overlap ENSEMBLE|MODEL FOLDER [--rounds 5] [--batch, --threads, ... of fxe eval]
//
//   input      reading, decoding and preprocessing every image, on the threads that eval reads with
//   networks   the same batches, each read before its clock starts, run while nothing is read
//   eval       both, as fxe eval does it
//
// On the CPU both want the same cores. --threads 1 leaves one of two to reading, and eval can come down to
// its slowest stage. With more threads than cores nothing can be faster than the processor time of both
// divided by the number of cores; the floor is the most of the three. Only meaningful on a quiet machine: if
// other processes run, all threads of a process often share what a single thread would get, and two stages
// together then take the sum.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "engine/error.h"
#include "engine/input/loader.h"
#include "runtime/batches.h"
#include "runtime/evaluate.h"
#include "runtime/loader_threads.h"
#include "tools/commands/label_options.h"
#include "tools/commands/model_options.h"

namespace fxe::perf {
namespace {

struct Cost {
  double wall_ms = 0, cpu_ms = 0;
  double asleep_ms = 0;  // of the wall time, this thread was neither running nor waiting for a core
};

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// Of this thread, running and waiting for a core.
double runnable_ms() {
  uint64_t running_ns = 0, waiting_ns = 0;
  std::ifstream("/proc/thread-self/schedstat") >> running_ns >> waiting_ns;
  return 1e-6 * static_cast<double>(running_ns + waiting_ns);
}

Cost measure(const std::function<void()>& f) {
  const double cpu = cpu_ms(), runnable = runnable_ms();
  const auto start = std::chrono::steady_clock::now();
  f();
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), cpu_ms() - cpu, std::max(0.0, wall.count() - (runnable_ms() - runnable))};
}

// What fxe eval would run, in pieces.
struct Subject {
  LoadedEnsemble ensemble;
  Dataset dataset;
  Policy policy;
  int batch;
  Runtime runtime;

  size_t images() const { return dataset.images(); }
  int readers() const { return loader_threads(runtime); }
  size_t ahead() const { return 2 * static_cast<size_t>(batch) + 2; }

  Cost input() {
    return measure([&] {
      Loader loader(dataset, runtime.inputs, readers(), ahead(), 0, images());
      while (loader.next()) {
      }
    });
  }

  Cost networks() {
    const int prepared = runtime.executor->prepare(policy.point);
    Cost sum;
    for (size_t first = 0; first < images(); first += static_cast<size_t>(batch)) {
      int rows = fill(first);
      if (rows == 0) continue;
      const Cost one = measure([&] { runtime.executor->run(prepared, rows); });
      sum.wall_ms += one.wall_ms;
      sum.cpu_ms += one.cpu_ms;
    }
    return sum;
  }

  Cost eval() {
    return measure([&] { evaluate(ensemble, runtime, dataset, policy, batch, {}); });
  }

 private:
  // One batch, whose readers have ended when this returns.
  int fill(size_t first) {
    struct Filler : BatchSink {
      explicit Filler(Executor& e) : executor(e) {}
      void take(const Loader::Item& item, int row) override {
        if (row < 0) return;
        write_row(item, executor, row);
        rows = row + 1;
      }
      void run(Batch&) override {}
      Executor& executor;
      int rows = 0;
    } filler(*runtime.executor);
    feed(dataset, runtime.inputs,
         {.batch = batch, .threads = readers(), .first = first, .end = first + static_cast<size_t>(batch)},
         filler);
    return filler.rows;
  }
};

void print_ratios(const char* title, std::vector<double> ratios) {
  std::ranges::sort(ratios);
  fmt::print("{:<34}{:8.3f}   ({:.3f} to {:.3f} over {} rounds)\n", title, ratios[ratios.size() / 2],
             ratios.front(), ratios.back(), ratios.size());
}

Subject load(const cxxopts::ParseResult& parsed) {
  const auto inputs = parsed["inputs"].as<std::vector<std::string>>();
  const RunOptions run = read_run_options(parsed);
  LoadedEnsemble ensemble = load_ensemble(inputs[0], read_load_options(parsed));
  Dataset dataset = open_labelled(inputs[1], ensemble, read_label_options(parsed));
  const auto limit = static_cast<size_t>(read_integer(parsed, "limit", 0, INT64_MAX));
  if (limit) dataset.keep_first(limit);
  Policy policy = resolve_policy(ensemble.file, parsed["policy"].as<std::string>());
  Runtime runtime = make_runtime(ensemble, run);
  return {std::move(ensemble), std::move(dataset), std::move(policy), run.batch, std::move(runtime)};
}

int run(int argc, char** argv) {
  cxxopts::Options options("overlap", "eval's wall time beside that of its stages alone.");
  const auto text = [](const char* value) { return cxxopts::value<std::string>()->default_value(value); };
  options.add_options()("rounds", "of the three, in turn", text("5"))("policy", "as fxe eval", text(""))(
      "limit", "only the first N images", text("0"))("classes", "class names of a single MODEL, one a line",
                                                     text(""));
  add_label_options(options);
  add_run_options(options);
  add_model_options(options);
  const auto parsed = parse_options(options, argc, argv, "inputs", 2, "ENSEMBLE|MODEL FOLDER", 2);
  if (!parsed) return 0;
  if (!std::getenv("GOMP_SPINCOUNT"))
    throw bad_input("GOMP_SPINCOUNT is not set; set it to 1000, as fxe does for itself");
  const auto rounds = read_integer(*parsed, "rounds", 1, 1000);
  const auto threads = read_run_options(*parsed).threads;
  Subject subject = load(*parsed);
  const auto cores = static_cast<double>(std::thread::hardware_concurrency());
  fmt::print("{}, {} images, batch {}, policy {}; {} (--threads {}), {} to read, {:.0f} cores\n",
             subject.ensemble.file.name, subject.images(), subject.batch, subject.policy.text,
             subject.runtime.device.name, threads, subject.readers(), cores);
  fmt::print("{:>6}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}   ms: wall, then processor\n", "round", "input",
             "networks", "eval", "input", "networks", "eval");
  subject.eval();  // files and plans come into the caches
  std::vector<double> of_slowest, of_floor, asleep;
  for (int64_t i = 0; i < rounds; ++i) {
    const Cost input = subject.input(), networks = subject.networks(), eval = subject.eval();
    fmt::print("{:>6}{:>12.1f}{:>12.1f}{:>12.1f}{:>12.1f}{:>12.1f}{:>12.1f}\n", i + 1, input.wall_ms,
               networks.wall_ms, eval.wall_ms, input.cpu_ms, networks.cpu_ms, eval.cpu_ms);
    const double slowest = std::max(input.wall_ms, networks.wall_ms);
    of_slowest.push_back(eval.wall_ms / slowest);
    of_floor.push_back(eval.wall_ms / std::max(slowest, (input.cpu_ms + networks.cpu_ms) / cores));
    asleep.push_back(eval.asleep_ms / eval.wall_ms);
  }
  print_ratios("eval / its slowest stage alone", of_slowest);
  print_ratios("eval / the floor of these cores", of_floor);
  print_ratios("share of eval without an image", asleep);
  return 0;
}

}  // namespace
}  // namespace fxe::perf

int main(int argc, char** argv) try {
  return fxe::perf::run(argc, argv);
} catch (const std::exception& error) {
  fmt::print(stderr, "overlap: {}\n", error.what());
  return 2;
}
