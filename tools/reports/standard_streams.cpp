// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/standard_streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "engine/files/descriptor.h"
#include "tools/reports/terminal_text.h"

namespace fxe {

namespace {

struct Stream {
  int fd;
  TerminalText text;
  int error = 0;  // of the first write that failed; nothing is written after it

  void put(const std::string& printable) {
    if (!error) error = write_all(fd, printable);
  }
};
Stream out{STDOUT_FILENO, TerminalText()}, err{STDERR_FILENO, TerminalText()};

// Bold, red, yellow, and reset; and what progress bars erase their line with on standard error.
constexpr std::array<std::string_view, 4> kColours = {"\033[0m", "\033[1m", "\033[31m", "\033[33m"};

TerminalText text_of(int fd) {
  std::vector<std::string_view> sequences;
  if (isatty(fd)) sequences.assign(kColours.begin(), kColours.end());
  if (fd == STDERR_FILENO) sequences.insert(sequences.end(), {"\r", "\033[K"});
  return TerminalText(std::move(sequences));
}

// Called by the C library: no exception may leave it.
ssize_t take(void* stream, const char* bytes, size_t count) noexcept {
  auto& to = *static_cast<Stream*>(stream);
  try {
    to.put(to.text({bytes, count}));
  } catch (const std::bad_alloc&) {
    to.error = ENOMEM;
  }
  return static_cast<ssize_t>(count);
}

void replace(std::FILE*& file, Stream& stream, int buffering) {
  cookie_io_functions_t functions{};
  functions.write = take;
  stream.text = text_of(stream.fd);
  std::FILE* replaced = fopencookie(&stream, "w", functions);
  if (!replaced) return;  // no memory: everything works, except that failing writes are errors again
  std::setvbuf(replaced, nullptr, buffering, BUFSIZ);
  file = replaced;
}

}  // namespace

void set_up_standard_streams() {
  for (int fd = 0; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0) _exit(1);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  replace(stdout, out, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
  replace(stderr, err, _IONBF);
}

int exit_code_after_printing(int code) {
  std::fflush(stdout);
  out.put(out.text.rest());
  if (!out.error) return code;
  if (out.error != EPIPE)
    fmt::print(stderr, "fxe: cannot write standard output: {}\n", std::strerror(out.error));
  return code ? code : 1;
}

}  // namespace fxe
