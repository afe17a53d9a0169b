// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "tools/reports/terminal.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTick = std::chrono::milliseconds(100);
constexpr auto kFirst = std::chrono::milliseconds(300);  // shorter work needs no bar
constexpr size_t kWindow = 100;                          // steps that the rate covers: at least ten seconds

std::string rate_text(double per_second) {
  return fmt::format("{:.{}f}/s", per_second, per_second >= 10 ? 0 : per_second >= 1 ? 1 : 2);
}

std::string time_text(double seconds) {
  constexpr double kMost = 100 * 3600;
  if (seconds >= kMost) return "days";
  const auto s = static_cast<int>(seconds + 0.5);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

std::string progress_line(const ProgressState& s, size_t columns) {
  // Leaves the last column empty: some terminals break the line once it is written.
  const size_t room = columns > 0 ? columns - 1 : 0;
  if (s.total == 0) return fmt::format("{} {}", s.label, time_text(s.seconds)).substr(0, room);
  const std::string count = fmt::format("{}/{}", s.done, s.total);
  std::string rate, left;
  if (s.per_second > 0) {
    rate = ", " + rate_text(s.per_second);
    left = fmt::format(", {} left", time_text(static_cast<double>(s.total - s.done) / s.per_second));
  }
  const std::string unit = s.unit.empty() ? "" : " " + s.unit;
  const std::string whole = count + unit + rate + left;
  constexpr size_t kShortestBar = 8, kLongestBar = 30, kFrame = 4;  // "[] " and a space before it
  if (s.label.size() + whole.size() + kFrame + kShortestBar <= room) {
    const size_t bar = std::min(kLongestBar, room - s.label.size() - whole.size() - kFrame);
    const size_t filled = bar * s.done / s.total;
    return fmt::format("{} [{:#<{}}{:.<{}}] {}", s.label, "", filled, "", bar - filled, whole);
  }
  for (const std::string& line :
       {s.label + " " + whole, s.label + " " + count + rate + left, count + rate + left, count + left, count})
    if (line.size() <= room) return line;
  return count.substr(0, room);
}

struct Progress::Writer {
  ProgressState state;  // except done and total
  std::atomic<size_t> done{0}, total{0};
  std::mutex mutex;
  std::condition_variable ended;
  bool over = false;
  const Clock::time_point began = Clock::now();
  std::deque<std::pair<Clock::time_point, size_t>> seen;
  std::thread thread;

  Writer(ProgressState s) : state(std::move(s)), total(state.total), thread([this] { run(); }) {}
  ~Writer() {
    {
      const std::lock_guard lock(mutex);
      over = true;
    }
    ended.notify_one();
    thread.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // A bar that cannot be drawn is left out: no computation ends because of it.
  void run() noexcept try {
    std::unique_lock lock(mutex);
    seen.emplace_back(began, 0);
    bool drawn = false;
    for (auto wait = kFirst; !ended.wait_for(lock, wait, [this] { return over; }); wait = kTick) {
      draw();
      drawn = true;
    }
    if (drawn) put("\r\033[K");
  } catch (const std::bad_alloc&) {
  }

  void draw() {
    const auto now = Clock::now();
    state.total = total;
    state.done = std::min<size_t>(done, state.total);
    state.seconds = std::chrono::duration<double>(now - began).count();
    if (state.done != seen.back().second) seen.emplace_back(now, state.done);
    if (seen.size() > kWindow) seen.pop_front();
    const std::chrono::duration<double> span = seen.back().first - seen.front().first;
    if (seen.size() > 1)
      state.per_second = static_cast<double>(seen.back().second - seen.front().second) / span.count();
    const size_t window = window_columns(stderr);
    put("\r" + progress_line(state, window ? window : terminal_of(stderr).columns) + "\033[K");
  }

  // Bypasses stdio, whose lock others may want.
  static void put(const std::string& text) {
    [[maybe_unused]] const auto ignored = write(STDERR_FILENO, text.data(), text.size());
  }
};

Progress::Progress(std::string label, std::string unit, size_t total, bool quiet) {
  if (quiet || !terminal_of(stderr).interactive) return;
  try {
    writer_ = std::make_unique<Writer>(ProgressState{std::move(label), std::move(unit), 0, total, 0});
  } catch (const std::system_error&) {  // no thread available
  }
}

Progress::~Progress() = default;

void Progress::advance(size_t done) {
  if (writer_) writer_->done.store(done, std::memory_order_relaxed);
}

void Progress::set_total(size_t total) {
  if (writer_) writer_->total.store(total, std::memory_order_relaxed);
}

}  // namespace fxe
