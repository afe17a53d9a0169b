// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace fxe::cpu {

// A team of threads for loops of a few hundred microseconds. Pieces are handed out one at a time, so that a
// thread that has lost its core to another process holds up one piece rather than its share of the loop;
// nobody waits for a thread that has not started. Idle threads spin for some fifty microseconds, then sleep.
//
// One loop at a time. run() allocates nothing and returns when every piece is done.
class Workers {
 public:
  // The caller of run() is one of the threads. `processors`: one per thread, which stays on it (the caller
  // from pin_caller() on); empty: the system decides. Throws run_time if the system refuses.
  explicit Workers(int threads, std::vector<int> processors = {});
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return static_cast<int>(shares_.size()); }

  // Called by a thread that will call run() often: pins it to the first processor, and its OpenMP threads to
  // the others.
  void pin_caller() {
    if (!processors_.empty() && pinned_for_ != this) pin_with_openmp();
  }

  // Runs f(i), or f(i, thread) with 0 <= thread < threads(), for 0 <= i < count < 2^31, in any order and on
  // any thread. Neighbouring pieces go to the same thread if possible, one after the other. f must not throw,
  // and must not call run() of the same team.
  template <class F>
  void run(int64_t count, const F& f) {
    if (count <= 1 || threads() == 1) {
      for (int64_t i = 0; i < count; ++i) call(f, i, 0);
      return;
    }
    run(count, {[](const void* context, int64_t i, size_t thread) {
                  call(*static_cast<const F*>(context), i, thread);
                },
                &f});
  }

 private:
  struct Job {
    void (*piece)(const void* context, int64_t i, size_t thread) = nullptr;
    const void* context = nullptr;
  };
  // The pieces one thread starts with: the next one in the low half, the end in the high half. A thread that
  // adds one owns the piece it got, and keeps the job open, which cannot end before that piece is done.
  struct alignas(64) Share {
    std::atomic<uint64_t> next_and_end = 0;
  };

  template <class F>
  static void call(const F& f, int64_t i, size_t thread) {
    if constexpr (std::invocable<const F&, int64_t>)
      f(i);
    else
      f(i, thread);
  }

  void pin_with_openmp();
  void run(int64_t count, Job);
  void stop();
  void wait_until_done(int64_t count) const;
  void take_pieces(size_t thread);
  void serve(size_t share);

  inline static thread_local const Workers* pinned_for_ = nullptr;

  std::vector<int> processors_;
  std::vector<Share> shares_;
  Job job_;
  int64_t count_ = 0;
  alignas(64) std::atomic<uint32_t> jobs_ = 0;  // how many there were; idle threads wait on it
  alignas(64) std::atomic<int64_t> done_ = 0;
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace fxe::cpu
