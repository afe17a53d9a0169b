// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <thread>

#include "engine/cuda_availability.h"
#include "engine/error.h"
#include "tools/commands/commands.h"
#include "tools/commands/options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"

namespace fxe {

namespace {

// "model name" from /proc/cpuinfo.
std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != line.npos) return line.substr(colon + 2);
  return "unknown processor";
}

std::string vector_units() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "AVX-512";
  if (__builtin_cpu_supports("avx2")) return "AVX2";
  return "no AVX2: oneDNN will be slow";
#else
  return "not x86-64";
#endif
}

}  // namespace

int run_doctor(int argc, char** argv) {
  cxxopts::Options options("fxe doctor", "What works on this machine, what is missing, and why.");
  add_common_options(options);
  const auto parsed = parse_options(options, argc, argv, "inputs", 0, "", 0);
  if (!parsed) return 0;
  const CommandOptions run = read_common_options(*parsed);
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  auto cuda = cuda_availability();
  if (!cuda.versions.empty()) cuda.versions += ", " + matmul_library_version();
  const unsigned threads = std::thread::hardware_concurrency();
  const std::string library = cpu_library_version();

  if (!run.quiet) {
    fmt::print("cpu   works    {}, {} threads, {}\n", cpu_model(), threads, vector_units());
    fmt::print("               {}\n", library);
    fmt::print("cuda  {}  {}\n", cuda.working ? "works  " : cuda.built_in ? "no GPU " : "absent ", cuda.text);
    if (!cuda.versions.empty()) fmt::print("               {}\n", cuda.versions);
  }
  write_json(json, {{"schema", "fxe.doctor/1"},
                    {"cpu",
                     {{"works", true},
                      {"model", cpu_model()},
                      {"threads", threads},
                      {"vectors", vector_units()},
                      {"library", library}}},
                    {"cuda",
                     {{"built_in", cuda.built_in},
                      {"state", cuda.state},
                      {"works", cuda.working},
                      {"text", cuda.text},
                      {"versions", cuda.versions}}}});
  outputs.commit();
  if (run.device.kind == DeviceRequest::Kind::cuda && !cuda.working)
    throw run_time_error("--device {}: {}", name(run.device), cuda.text);
  return 0;
}

}  // namespace fxe
