// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "engine/error.h"
#include "engine/names.h"
#include "tools/commands/help.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

constexpr int kMaxBatch = 1024;
constexpr int kMaxThreads = 1024;
constexpr size_t kNarrowestHelp = 60, kWidestHelp = 100;
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

// The text that a message quotes, in whichever quotes.
std::string quoted(std::string_view message) {
  const auto in_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  const size_t end = message.rfind("\u2019") == message.npos ? message.rfind('\'') : message.rfind("\u2019");
  size_t begin = std::min(end, message.size());
  while (begin > 0 && in_name(message[begin - 1])) --begin;
  return std::string(message.substr(begin, std::min(end, message.size()) - begin));
}

cxxopts::ParseResult parse(cxxopts::Options& options, int argc, char** argv) {
  try {
    return options.parse(argc, argv);
  } catch (const cxxopts::exceptions::no_such_option& e) {
    std::vector<std::string> names;
    for (const auto& group : options.groups())
      for (const auto& o : options.group_help(group).options) names.push_back("--" + o.l.front());
    const std::string name = "--" + quoted(e.what());
    throw bad_input("there is no option {} (nearest: {}); see {} --help", name,
                    fmt::join(nearest_names(name, names, 2), ", "), options.program());
  }
}

// The one of `choices` that the option's value names.
template <class Choice>
Choice read_choice(const cxxopts::ParseResult& parsed, const std::string& key,
                   std::initializer_list<Choice> choices) {
  const auto text = parsed[key].as<std::string>();
  std::vector<std::string_view> names;
  for (const Choice choice : choices) {
    if (name(choice) == text) return choice;
    names.push_back(name(choice));
  }
  throw bad_input("--{}: expected {}, found '{}'", key, fmt::join(names, ", "), text);
}

}  // namespace

void add_options(cxxopts::Options& options, const std::vector<OptionText>& texts, const char* group) {
  auto add = options.add_options(group);
  for (const auto& o : texts)
    if (!o.value)
      add(o.name, o.about);
    else if (o.repeats)
      add(o.name, o.about, cxxopts::value<std::vector<std::string>>(), o.value);
    else
      add(o.name, o.about, cxxopts::value<std::string>()->default_value(o.otherwise), o.value);
}

void add_common_options(cxxopts::Options& options) {
  add_options(options,
              {{"device", "D", "auto, cpu or cuda[:I]", "auto"},
               {"precision", "P", "fp32, tf32, fp16 or bf16", "fp32"},
               {"batch", "N", "images at a time", "1"},
               {"threads", "N", "threads of the CPU engine; 0: one for each core", "0"},
               {"json", "FILE", "write the result to FILE"},
               {"quiet", nullptr, "no progress, no table"},
               {"force", nullptr, "outputs may replace existing files of another kind"}},
              kEverywhereGroup);
}

void add_run_options(cxxopts::Options& options) {
  add_common_options(options);
  add_options(options,
              {{"deadline-ms", "X", "X ms for a batch: run no member that would end later"},
               {"pin", nullptr, "keep each thread of the CPU engine on a processor of its own"},
               {"max-pixels", "N", "refuse images of more pixels; default: as many as memory allows"}},
              kRunningGroup);
  add_options(
      options,
      {{"control", "C", "who decides to stop: auto, device, host or none", "auto"},
       {"tail", "T", "fused: decide in the last layer's kernel; separate: after it", "fused"},
       {"launch", "L", "graph: a batch is one CUDA graph; stream: kernel by kernel", "graph"},
       {"autotune", nullptr, "time the libraries' plans and keep the fastest, not the heuristics' choice"}},
      kGpuGroup);
}

CommandOptions read_common_options(const cxxopts::ParseResult& parsed) {
  CommandOptions run;
  run.device = read_device(parsed["device"].as<std::string>());
  run.precision = parse_precision(parsed["precision"].as<std::string>());
  run.batch = static_cast<int>(read_integer(parsed, "batch", 1, kMaxBatch));
  run.threads = static_cast<int>(read_integer(parsed, "threads", 0, kMaxThreads));
  run.quiet = parsed.count("quiet") > 0;
  run.warn = [](const std::string& line) { fmt::print(stderr, "fxe: {}\n", line); };
  return run;
}

CommandOptions read_run_options(const cxxopts::ParseResult& parsed) {
  CommandOptions run = read_common_options(parsed);
  run.control =
      read_choice(parsed, "control", {Control::automatic, Control::device, Control::host, Control::none});
  run.tail = read_choice(parsed, "tail", {TailForm::fused, TailForm::separate});
  run.launch = read_choice(parsed, "launch", {Launch::graph, Launch::stream});
  run.autotune = parsed.count("autotune") > 0;
  run.pin = parsed.count("pin") > 0;
  if (parsed.count("max-pixels")) run.max_pixels = read_integer(parsed, "max-pixels", 1, kMaxPixels);
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

DeviceRequest read_device(const std::string& text, std::string_view option) {
  if (const auto device = parse_device(text)) return *device;
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
  auto parsed = parse(options, argc, argv);
  if (parsed.count("help")) {
    fmt::print("{}", help_text(options, key, positional_help,
                               std::clamp(terminal_of(stdout).columns, kNarrowestHelp, kWidestHelp)));
    return std::nullopt;
  }
  if (parsed.count(key) < positional_min)
    throw bad_input("expected {}, found {} word{}; see {} --help", positional_help, parsed.count(key),
                    parsed.count(key) == 1 ? "" : "s", options.program());
  if (parsed.count(key) > positional_max)
    throw bad_input("expected {}, found {} more: '{}'; see {} --help",
                    positional_help.empty() ? "no words" : positional_help,
                    parsed.count(key) - positional_max,
                    parsed[key].as<std::vector<std::string>>()[positional_max], options.program());
  return parsed;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::vector<double> parse_numbers(std::string_view text, std::string_view option, size_t count) {
  std::vector<double> values;
  for (const auto& part : split_list(text)) {
    double value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || error != std::errc{} || end != part.data() + part.size() || !std::isfinite(value) ||
        !(value > 0))
      throw bad_input("{}: expected numbers above 0, found '{}'", option, part);
    values.push_back(value);
  }
  if (values.size() == 1) values.assign(count, values[0]);
  if (values.size() != count)
    throw bad_input("{}: expected one number or {}, found {}", option, count, values.size());
  return values;
}

}  // namespace fxe
