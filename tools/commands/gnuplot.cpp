// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/error.h"
#include "engine/utf8.h"

extern char** environ;

namespace fxe {

namespace {

namespace fs = std::filesystem;

// Runs gnuplot in `folder`; returns its exit code and what it wrote to standard error.
struct Finished {
  int code;
  std::string err;
};
Finished run_gnuplot(const fs::path& folder, std::vector<std::string> words) {
  std::array<int, 2> pipe_ends;
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
    throw run_time_error("no pipe for gnuplot: {}", std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 2);
  std::vector<char*> arguments;
  for (auto& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  Finished done{0, ""};
  std::array<char, 4096> part;
  for (ssize_t n;
       error == 0 && ((n = read(pipe_ends[0], part.data(), part.size())) > 0 || (n < 0 && errno == EINTR));)
    if (n > 0 && done.err.size() < 65536) done.err.append(part.data(), static_cast<size_t>(n));
  close(pipe_ends[0]);
  if (error)
    throw run_time_error(
        "gnuplot could not be started ({}); the data and scripts are in {}: install gnuplot (apt-get install "
        "gnuplot-nox, or tools/install_dependencies) and run the same command again",
        std::strerror(error), folder.string());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  done.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return done;
}

void draw(const fs::path& folder, const std::string& name, const std::string& ending,
          const std::string& terminal) {
  const std::string part = fmt::format(".{}.{}.{}", name, getpid(), ending);
  const Finished done = run_gnuplot(
      folder,
      {"gnuplot", "-d", "-e", fmt::format("set terminal {}; set output '{}'", terminal, part), name + ".gp"});
  std::error_code error;
  if (done.code == 0) fs::rename(folder / part, folder / (name + "." + ending), error);
  if (done.code == 0 && !error) return;
  const std::string why = error ? error.message() : done.err;
  fs::remove(folder / part, error);
  throw run_time_error("{}: gnuplot could not draw it (exit code {}): {}", (folder / (name + ".gp")).string(),
                       done.code, why);
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

void draw_with_gnuplot(const fs::path& folder, const std::string& name, int width, int height) {
  const auto terminal = [&](const char* kind) {
    return fmt::format("{} noenhanced size {},{} font 'DejaVu Sans,13'", kind, width, height);
  };
  draw(folder, name, "svg", terminal("svg") + " background 'white'");
  draw(folder, name, "png", terminal("pngcairo"));
}

}  // namespace fxe
