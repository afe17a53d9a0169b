// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// What exits saved of one kernel, or of several. Times are mean time per call x calls, so that a kernel which
// no exit skips saves exactly nothing, however its time varied. saved = full - run; for a kernel at one batch
// size it is negative if survivors run in batches that the full ensemble does not use.
struct Savings {
  int64_t calls_run = 0, calls_full = 0;
  double run_ms = 0, full_ms = 0;
  // Over all timed calls, under either policy: a multiply-add counts as two flops; bytes are the minimum.
  double timed_ms = 0, flops = 0, bytes = 0;

  int64_t calls_saved() const { return calls_full - calls_run; }
  double saved_ms() const { return full_ms - run_ms; }
  double gflop_per_s() const { return timed_ms > 0 ? flops / timed_ms / 1e6 : 0; }
  double gb_per_s() const { return timed_ms > 0 ? bytes / timed_ms / 1e6 : 0; }

  Savings& operator+=(const Savings& other) {
    calls_run += other.calls_run, calls_full += other.calls_full;
    run_ms += other.run_ms, full_ms += other.full_ms;
    timed_ms += other.timed_ms, flops += other.flops, bytes += other.bytes;
    return *this;
  }
};

}  // namespace fxe
