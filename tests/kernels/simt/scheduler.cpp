// SPDX-License-Identifier: Apache-2.0
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "tests/kernels/simt/sanitizers.h"
#include "tests/kernels/simt/state.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace simt {
namespace {

uint64_t random_state = 1;

bool is_random() { return options().order == Order::random || options().order == Order::priority; }

Thread*& ready_at(size_t i) {
  Run& run = *run_state;
  return run.ready[(run.ready_head + i) & (run.ready.size() - 1)];
}

Thread* take(size_t i) {  // the last takes its place
  Thread* thread = ready_at(i);
  ready_at(i) = ready_at(--run_state->ready_count);
  return thread;
}

Warp& warp_of(const Thread& t) { return t.block->warps[t.index / 32]; }

// The best of a few: enough for a warp to run far ahead, and independent of how many there are.
Thread* take_by_priority() {
  constexpr int kCandidates = 8;
  size_t best = random_bits() % run_state->ready_count;
  for (int k = 1; k < kCandidates; ++k) {
    const size_t i = random_bits() % run_state->ready_count;
    if (warp_of(*ready_at(i)).priority > warp_of(*ready_at(best)).priority) best = i;
  }
  Thread* thread = take(best);
  if (random_bits() % 128 == 0) warp_of(*thread).priority = static_cast<unsigned>(random_bits() >> 40);
  return thread;
}

Thread* next_thread() {
  Run& run = *run_state;
  if (run.ready_count == 0) return nullptr;
  if (options().order == Order::random) return take(random_bits() % run.ready_count);
  if (options().order == Order::priority) return take_by_priority();
  Thread* first = ready_at(0);
  ++run.ready_head;
  --run.ready_count;
  return first;
}

void switch_to(Thread* to) {
  Run& run = *run_state;
  Thread* from = run.current;
  const bool ends = from && from->state == Thread::State::done;
  void** saved = ends ? nullptr : from ? &from->asan_stack : &run.asan_stack;
  if (to)
    asan_start_switch(saved, to->stack, kStackBytes);
  else
    asan_start_switch(saved, run.asan_bottom, run.asan_bytes);
  tsan_switch(to ? to->tsan_fiber : run.tsan_fiber);
  run.current = to;
  ++run.switches;
  if (to) {
    threadIdx = to->id;
    blockIdx = to->block->index;
  }
  Context::swap(from ? from->context : run.scheduler, to ? to->context : run.scheduler);
  asan_finish_switch(from ? from->asan_stack : run.asan_stack, nullptr, nullptr);
}

}  // namespace

uint64_t random_bits() {  // xorshift64*
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return random_state * 0x2545F4914F6CDD1Dull >> 8;
}

void seed_random(uint64_t seed) {
  random_state = seed * 0x9E3779B97F4A7C15ull + 1;
  for (int i = 0; i < 8; ++i) random_bits();
}

void make_ready(Thread& t) {
  t.state = Thread::State::ready;
  ready_at(run_state->ready_count++) = &t;
}

void yield() {
  Run& run = *run_state;
  Thread* self = run.current;
  if (run.switches > options().max_switches) fail(self->site, "the kernel does not end");
  Thread* next = next_thread();
  if (next != self) switch_to(next);
}

void maybe_preempt() {
  if (!is_random() || random_bits() % 4 != 0) return;
  make_ready(*run_state->current);
  yield();
}

void resume_one() {
  if (Thread* next = next_thread()) switch_to(next);
}

void exit_thread() {
  Thread& self = *run_state->current;
  Block& block = *self.block;
  if (block.arrived > 0)
    fail(block.barrier_site, "exited while %u threads of its block wait at __syncthreads", block.arrived);
  Warp& warp = warp_of(self);
  for (int i = 0; i < warp.meetings; ++i)
    if (warp.meeting[i].mask >> self.index % 32 & 1)
      fail(warp.meeting[i].site, "exited while lanes 0x%x wait for it", warp.meeting[i].arrived);
  self.state = Thread::State::done;
  warp.live &= ~(1u << self.index % 32);
  --block.live;
  tsan_release(run_state);
  switch_to(block.live > 0 ? next_thread() : nullptr);
  std::abort();
}

void append_message(const char* format, ...) {
  Run& run = *run_state;
  size_t used = 0;
  while (run.message[used]) ++used;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(run.message + used, sizeof run.message - used, format, arguments);
  va_end(arguments);
}

void fail(Site site, const char* format, ...) {
  Run& run = *run_state;
  const Thread& self = *run.current;
  char what[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  append_message("%s: block (%u %u %u) thread (%u %u %u): %s, at %s:%d", run.name, self.block->index.x,
                 self.block->index.y, self.block->index.z, self.id.x, self.id.y, self.id.z, what,
                 site.file ? site.file : "?", site.line);
  run.failed = true;
  tsan_release(&run);
  for (;;) switch_to(nullptr);
}

}  // namespace simt
