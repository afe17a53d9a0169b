// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/workers.h"

#include <omp.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine/affinity.h"
#include "engine/error.h"

namespace fxe::cpu {

namespace {

// Some fifty microseconds: longer than the gap between two loops of a network, shorter than it takes to
// notice that a thread has no core.
constexpr int kSpins = 1000;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

template <class T>
void wait_while_equal(const std::atomic<T>& value, T old) {
  for (int i = 0; i < kSpins; ++i, pause())
    if (value.load(std::memory_order_acquire) != old) return;
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

Workers::Workers(int threads, std::vector<int> processors)
    : processors_(std::move(processors)), shares_(static_cast<size_t>(threads)) {
  if (!processors_.empty() && processors_.size() != shares_.size())
    throw run_time_error("{} threads were to be pinned to {} processors", threads, processors_.size());
  try {
    for (size_t share = 1; share < shares_.size(); ++share) {
      threads_.emplace_back([this, share] { serve(share); });
      if (!processors_.empty()) pin(threads_.back().native_handle(), processors_[share]);
    }
  } catch (...) {
    stop();  // otherwise threads that have started would be waited for forever
    throw;
  }
  wait_until_done(threads - 1);
}

// OpenMP starts its threads in a thread's first parallel region, and they inherit where it may run.
void Workers::pin_with_openmp() {
  std::vector<pthread_t> threads(shares_.size(), pthread_self());
#pragma omp parallel num_threads(this->threads())
  threads[static_cast<size_t>(omp_get_thread_num())] = pthread_self();
  for (size_t i = 0; i < threads.size(); ++i)
    if (i == 0 || threads[i] != threads[0]) pin(threads[i], processors_[i]);
  pinned_for_ = this;
}

Workers::~Workers() { stop(); }

void Workers::stop() {
  stop_ = true;
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
}

void Workers::wait_until_done(int64_t count) const {
  for (int64_t done = done_.load(std::memory_order_acquire); done != count;
       done = done_.load(std::memory_order_acquire))
    wait_while_equal(done_, done);
}

void Workers::run(int64_t count, Job job) {
  job_ = job;
  count_ = count;
  done_.store(0, std::memory_order_relaxed);
  const auto pieces = static_cast<uint64_t>(count);
  uint64_t begin = 0;
  for (size_t i = 0; i < shares_.size(); ++i) {
    const uint64_t end = pieces * (i + 1) / shares_.size();
    shares_[i].next_and_end.store(begin | end << 32, std::memory_order_release);
    begin = end;
  }
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
  take_pieces(0);
  wait_until_done(count);
}

void Workers::take_pieces(size_t thread) {
  for (size_t i = 0; i < shares_.size(); ++i) {
    auto& share = shares_[(thread + i) % shares_.size()].next_and_end;
    for (;;) {
      const uint64_t taken = share.load(std::memory_order_acquire);
      if ((taken & 0xffffffff) >= taken >> 32) break;
      const uint64_t mine = share.fetch_add(1, std::memory_order_acq_rel);
      const uint64_t piece = mine & 0xffffffff;
      if (piece >= mine >> 32) break;
      const int64_t count = count_;  // once the last piece is done, another job may begin
      job_.piece(job_.context, static_cast<int64_t>(piece), thread);
      if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == count) done_.notify_one();
    }
  }
}

void Workers::serve(size_t share) {
  // Makes OpenMP create its per-thread state now rather than in the first primitive of a per-thread plan,
  // which would allocate.
  omp_set_num_threads(1);
  done_.fetch_add(1, std::memory_order_release);
  done_.notify_one();
  for (uint32_t seen = 0; !stop_.load(std::memory_order_acquire);) {
    wait_while_equal(jobs_, seen);
    seen = jobs_.load(std::memory_order_acquire);
    take_pieces(share);
  }
}

}  // namespace fxe::cpu
