// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace fxe {

namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The two by their numbers: a custom stream that stands for one of them has no descriptor.
int descriptor(std::FILE* stream) {
  return stream == stdout ? STDOUT_FILENO : stream == stderr ? STDERR_FILENO : fileno(stream);
}

bool begins_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }

// Bytes of the first `columns` code points.
size_t bytes_of(std::string_view text, size_t columns) {
  size_t at = 0;
  for (; at < text.size(); ++at)
    if (begins_code_point(text[at]) && columns-- == 0) break;
  return at;
}

}  // namespace

size_t window_columns(std::FILE* stream) {
  winsize window{};
  return ioctl(descriptor(stream), TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
}

Terminal terminal_of(std::FILE* stream) {
  Terminal t;
  t.is_terminal = isatty(descriptor(stream));
  if (!t.is_terminal) return t;
  const auto kind = variable("TERM");
  t.interactive = !kind.empty() && kind != "dumb";
  t.colour = t.interactive && variable("NO_COLOR").empty();
  if (const size_t columns = window_columns(stream)) t.columns = columns;
  if (const long asked = std::strtol(std::string(variable("COLUMNS")).c_str(), nullptr, 10); asked > 0)
    t.columns = static_cast<size_t>(asked);
  return t;
}

std::string painted(const Terminal& terminal, Ink ink, std::string_view text) {
  if (!terminal.colour || text.empty()) return std::string(text);
  const std::string_view begin = ink == Ink::bold ? "\033[1m" : ink == Ink::red ? "\033[31m" : "\033[33m";
  return std::string(begin).append(text).append("\033[0m");
}

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

std::string shortened(std::string_view text, size_t columns) {
  constexpr std::string_view kDots = "...";
  const size_t all = columns_of(text);
  if (all <= columns) return std::string(text);
  if (columns <= kDots.size()) return std::string(text.substr(0, bytes_of(text, columns)));
  const size_t kept = columns - kDots.size(), end = kept / 2;
  std::string result(text.substr(0, bytes_of(text, kept - end)));
  return result.append(kDots).append(text.substr(bytes_of(text, all - end)));
}

std::string wrapped(std::string_view text, size_t columns, std::string_view first, std::string_view indent) {
  std::string result(first);
  size_t at = columns_of(first);
  bool begun = false;  // whether this line has a word
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    const size_t width = columns_of(word);
    if (begun && at + 1 + width > columns) {
      result.append("\n").append(indent);
      at = columns_of(indent);
    } else if (begun) {
      result += ' ';
      ++at;
    }
    result.append(word);
    at += width;
    begun = true;
  }
  return result;
}

void print_paragraph(std::FILE* to, std::string_view text, std::string_view first, std::string_view indent,
                     std::optional<Ink> ink) {
  const Terminal terminal = terminal_of(to);
  std::string lines =
      terminal.is_terminal ? wrapped(text, terminal.columns, first, indent) : std::string(first).append(text);
  if (ink) lines = painted(terminal, *ink, lines);
  fmt::print(to, "{}\n", lines);
}

}  // namespace fxe
