// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/figures/gnuplot.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "engine/error.h"
#include "engine/utf8.h"

extern char** environ;

namespace fxe {

namespace {

namespace fs = std::filesystem;

// What gnuplot, run in `folder`, printed.
struct Finished {
  int code;
  std::string out, err;
};

// Reads both to their ends, as they are filled.
void read_pipes(Descriptor& out, Descriptor& err, Finished& done) {
  constexpr size_t kMostErrors = 65536;
  std::array<pollfd, 2> ends{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
  std::array<char, 1 << 14> part;
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (poll(ends.data(), ends.size(), -1) < 0) continue;  // EINTR
    for (pollfd& end : ends) {
      if (end.fd < 0 || end.revents == 0) continue;
      const ssize_t n = read(end.fd, part.data(), part.size());
      if (n < 0 && errno == EINTR) continue;
      const bool is_out = &end == &ends[0];
      if (n > 0 && (is_out || done.err.size() < kMostErrors))
        (is_out ? done.out : done.err).append(part.data(), static_cast<size_t>(n));
      if (n <= 0) end.fd = -1;
    }
  }
}

std::pair<Descriptor, Descriptor> make_pipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw run_time_error("no pipe for gnuplot: {}", std::strerror(errno));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Finished run_gnuplot(const fs::path& folder, std::vector<std::string> words) {
  auto [out, to_out] = make_pipe();
  auto [err, to_err] = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, to_out.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, to_err.get(), 2);
  // gnuplot must end if nobody reads what it prints, whatever signals this process ignores.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (auto& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, words[0].c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  to_out.close();
  to_err.close();
  if (error)
    throw run_time_error(
        "gnuplot could not be started ({}); the data and scripts are in {}: install gnuplot (apt-get install "
        "gnuplot-nox, or tools/install_dependencies) and run the same command again",
        std::strerror(error), folder.string());
  Finished done{0, "", ""};
  read_pipes(out, err, done);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  done.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return done;
}

// gnuplot does not report that it could not write all of a figure.
bool is_whole(const OutputKind& kind, std::string_view figure) {
  const auto last = figure.substr(figure.size() - std::min<size_t>(figure.size(), 64));
  const std::string_view end = &kind == &output_kind::svg ? "</svg>" : "IEND";
  return kind.are(figure.substr(0, OutputKind::kBeginning)) && last.find(end) != last.npos;
}

void draw(Outputs& outputs, const fs::path& folder, const std::string& name, const std::string& ending,
          const OutputKind& kind, const std::string& terminal) {
  OutputFile& file = outputs.open("-o", folder / (name + ending), kind);
  const Finished done =
      run_gnuplot(folder, {"gnuplot", "-d", "-e", fmt::format("set terminal {}", terminal), name + ".gp"});
  if (done.code != 0 || !is_whole(kind, done.out))
    throw run_time_error("{}: gnuplot could not draw it (exit code {}): {}",
                         (folder / (name + ".gp")).string(), done.code,
                         done.err.empty() ? "what it gave is not whole" : done.err);
  file.write(done.out);
  file.commit();
}

}  // namespace

std::string gnuplot_text(std::string_view text) {
  std::string quoted = "'";
  while (!text.empty()) {
    const size_t n = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (n == 0 || first < 0x20 || first == 0x7F)
      quoted += '?';
    else if (first == '\'')
      quoted += "''";
    else
      quoted += text.substr(0, n);
    text.remove_prefix(std::max<size_t>(n, 1));
  }
  return quoted + "'";
}

void draw_with_gnuplot(Outputs& outputs, const fs::path& folder, const std::string& name, int width,
                       int height) {
  const auto terminal = [&](const char* kind) {
    return fmt::format("{} noenhanced size {},{} font 'DejaVu Sans,13'", kind, width, height);
  };
  draw(outputs, folder, name, ".svg", output_kind::svg, terminal("svg") + " background 'white'");
  draw(outputs, folder, name, ".png", output_kind::png, terminal("pngcairo"));
}

}  // namespace fxe
