// SPDX-License-Identifier: Apache-2.0
// Micro-benchmarks with Google Benchmark: what runs on the CPU for every image or every policy, one subject a
// file, each on one thread.
//   micro [--benchmark_filter=REGEX] [--benchmark_format=json] [--benchmark_repetitions=N] [...]
// Inputs are synthetic and the same on every machine. Times are processor time; on a busy machine, trust the
// least of some repetitions.
#include <benchmark/benchmark.h>

#include "layers/backend.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("cpu backend", fxe::cpu_library_version());
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
