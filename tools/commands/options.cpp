// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/options.h"

#include <algorithm>
#include <charconv>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr int kMaxBatch = 1024;
constexpr int kMaxThreads = 1024;
constexpr double kMinDeadlineMs = 1e-6, kMaxDeadlineMs = 1e9;

template <class T>
T read_number(const cxxopts::ParseResult& parsed, const std::string& key, T low, T high) {
  const auto text = parsed[key].as<std::string>();
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= low && value <= high))
    throw bad_input("--{}: expected a number from {} to {}, found '{}'", key, low, high, text);
  return value;
}

void check_choice(const cxxopts::ParseResult& parsed, const std::string& key,
                  std::vector<std::string> choices) {
  const auto value = parsed[key].as<std::string>();
  if (std::find(choices.begin(), choices.end(), value) == choices.end())
    throw bad_input("--{}: expected {}, found '{}'", key, fmt::join(choices, ", "), value);
}

}  // namespace

void add_common_options(cxxopts::Options& options) {
  options.add_options("Everywhere")("device", "auto | cpu | cuda[:I]",
                                    cxxopts::value<std::string>()->default_value("auto"))(
      "precision", "fp32 | tf32 | fp16 | bf16", cxxopts::value<std::string>()->default_value("fp32"))(
      "batch", "images at a time", cxxopts::value<std::string>()->default_value("1"))(
      "threads", "0: every core", cxxopts::value<std::string>()->default_value("0"))(
      "json", "write the result to FILE", cxxopts::value<std::string>()->default_value(""))(
      "quiet", "no progress, no table");
}

void add_run_options(cxxopts::Options& options) {
  add_common_options(options);
  options.add_options("Running")("control", "who decides to stop: auto | device | host | none",
                                 cxxopts::value<std::string>()->default_value("auto"))(
      "tail", "fused | separate", cxxopts::value<std::string>()->default_value("fused"))(
      "launch", "graph | stream", cxxopts::value<std::string>()->default_value("graph"))(
      "autotune", "time cuDNN's plans on the GPU and keep the fastest, instead of asking its heuristics")(
      "pin", "keep each of a network's threads on a processor of its own; on the CPU")(
      "deadline-ms", "stop before the member that would end later", cxxopts::value<std::string>());
}

RunOptions read_common_options(const cxxopts::ParseResult& parsed) {
  RunOptions run;
  set_device(run, parsed["device"].as<std::string>());
  run.precision = parse_precision(parsed["precision"].as<std::string>());
  run.batch = static_cast<int>(read_integer(parsed, "batch", 1, kMaxBatch));
  run.threads = static_cast<int>(read_integer(parsed, "threads", 0, kMaxThreads));
  run.json = parsed["json"].as<std::string>();
  run.quiet = parsed.count("quiet") > 0;
  return run;
}

RunOptions read_run_options(const cxxopts::ParseResult& parsed) {
  RunOptions run = read_common_options(parsed);
  check_choice(parsed, "control", {"auto", "device", "host", "none"});
  check_choice(parsed, "tail", {"fused", "separate"});
  check_choice(parsed, "launch", {"graph", "stream"});
  run.control = parsed["control"].as<std::string>();
  run.tail = parsed["tail"].as<std::string>();
  run.launch = parsed["launch"].as<std::string>();
  run.autotune = parsed.count("autotune") > 0;
  run.pin = parsed.count("pin") > 0;
  if (parsed.count("deadline-ms"))
    run.deadline_ms = read_real(parsed, "deadline-ms", kMinDeadlineMs, kMaxDeadlineMs);
  return run;
}

int64_t read_integer(const cxxopts::ParseResult& parsed, const std::string& key, int64_t low, int64_t high) {
  return read_number(parsed, key, low, high);
}

double read_real(const cxxopts::ParseResult& parsed, const std::string& key, double low, double high) {
  return read_number(parsed, key, low, high);
}

void set_device(RunOptions& run, const std::string& text, std::string_view option) {
  run.device = text;
  run.cuda_index = 0;
  if (text == "auto" || text == "cpu" || text == "cuda") return;
  const std::string_view digits = std::string_view(text).substr(std::min<size_t>(text.size(), 5));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), run.cuda_index);
  if (!text.starts_with("cuda:") || digits.empty() || error != std::errc{} ||
      end != digits.data() + digits.size() || run.cuda_index < 0)
    throw bad_input("{}: expected auto, cpu or cuda[:I], found '{}'", option, text);
}

std::optional<cxxopts::ParseResult> parse_options(cxxopts::Options& options, int argc, char** argv,
                                                  std::string_view positional_key, size_t positional_min,
                                                  std::string_view positional_help, size_t positional_max) {
  const std::string key(positional_key);
  options.add_options()("h,help", "this text")(key, std::string(positional_help),
                                               cxxopts::value<std::vector<std::string>>()->default_value(""));
  options.parse_positional(key);
  options.positional_help(std::string(positional_help));
  auto parsed = options.parse(argc, argv);
  if (parsed.count("help")) {
    fmt::print("{}", options.help());
    return std::nullopt;
  }
  if (parsed.count(key) < positional_min) throw bad_input("expected {}; see --help", positional_help);
  if (parsed.count(key) > positional_max)
    throw bad_input("expected {}, found {} more: '{}'; see --help",
                    positional_help.empty() ? "no words" : positional_help,
                    parsed.count(key) - positional_max,
                    parsed[key].as<std::vector<std::string>>()[positional_max]);
  return parsed;
}

}  // namespace fxe
