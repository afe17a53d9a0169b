// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <map>

#include "tests/kernels/simt/sanitizers.h"
#include "tests/kernels/simt/state.h"

namespace simt {

Run* run_state = nullptr;

namespace {

// Creating one costs ThreadSanitizer most of a millisecond, and it can hold about 8000. Within a launch none
// is reused: accesses of its former owner would count as ordered.
constexpr size_t kMaxTsanFibers = 7000;
std::vector<void*> spare_fibers, used_fibers;
char launch_start;  // ThreadSanitizer: what the host did before the launch happens before its threads

std::map<uint64_t, unsigned> conditionals;
uint64_t clock_value = 0;

void* take_fiber() {
  if (spare_fibers.empty()) return tsan_create();
  void* fiber = spare_fibers.back();
  spare_fibers.pop_back();
  return fiber;
}

void thread_main() {
  Run& run = *run_state;
  const void* bottom = nullptr;
  size_t bytes = 0;
  asan_finish_switch(nullptr, &bottom, &bytes);
  if (!run.asan_bottom) {  // the first thread is entered from the scheduler
    run.asan_bottom = bottom;
    run.asan_bytes = bytes;
  }
  tsan_acquire(&launch_start);
  run.kernel(run.arguments);
  exit_thread();
}

void start_thread(Thread& t) {
  t.state = Thread::State::ready;
  t.id = {t.index, 0, 0};
  t.fenced = false;
  t.read_atomic_count = 0;
  t.stack = take_stack();
  if (kTsan) {
    t.tsan_fiber = take_fiber();
    char name[96];
    std::snprintf(name, sizeof name, "block (%u %u %u) thread %u", t.block->index.x, t.block->index.y,
                  t.block->index.z, t.index);
    tsan_name(t.tsan_fiber, name);
  }
  // Different tops; otherwise all stacks would compete for the same cache sets.
  t.context.prepare(t.stack, kStackBytes - t.index % 64 * 64, thread_main);
}

void start_block(Block& block, uint64_t index) {
  Run& run = *run_state;
  const bool reverse = options().order == Order::reverse;
  if (reverse) index = run.blocks_total - 1 - index;
  block.index = {static_cast<unsigned>(index % gridDim.x),
                 static_cast<unsigned>(index / gridDim.x % gridDim.y),
                 static_cast<unsigned>(index / gridDim.x / gridDim.y)};
  block.live = run.threads;
  block.arrived = block.generation = 0;
  block.count = block.last_count = 0;
  block.threads = std::vector<Thread>(run.threads);
  block.warps = std::vector<Warp>((run.threads + 31) / 32);
  prepare_memory(block);
  for (Warp& warp : block.warps) warp.priority = static_cast<unsigned>(random_bits() >> 40);
  for (unsigned i = 0; i < run.threads; ++i) {
    Thread& t = block.threads[i];
    t.block = &block;
    t.index = i;
    block.warps[i / 32].live |= 1u << i % 32;
    start_thread(t);
  }
  tsan_release(&launch_start);
  for (unsigned i = 0; i < run.threads; ++i) make_ready(block.threads[reverse ? run.threads - 1 - i : i]);
}

void end_block(Block& block) {
  release_memory(block);
  for (Thread& t : block.threads) {
    give_stack(t.stack);
    if (!kTsan) continue;
    if (used_fibers.size() < kMaxTsanFibers)
      used_fibers.push_back(t.tsan_fiber);
    else
      tsan_destroy(t.tsan_fiber);
  }
  block.threads.clear();
}

void describe_deadlock() {
  append_message("%s: no thread can run", run_state->name);
  for (const auto& block : run_state->resident)
    for (const Thread& t : block->threads) {
      if (t.state == Thread::State::done) continue;
      append_message("; first of them block (%u %u %u) thread %u, in %s at %s:%d", block->index.x,
                     block->index.y, block->index.z, t.index,
                     t.state == Thread::State::at_barrier ? "__syncthreads" : "a warp operation", t.site.file,
                     t.site.line);
      return;
    }
}

void run_blocks() {
  Run& run = *run_state;
  uint64_t ended = 0;
  while (ended < run.blocks_total && !run.failed) {
    for (auto& block : run.resident)
      if (block->live == 0 && run.blocks_started < run.blocks_total)
        start_block(*block, run.blocks_started++);
    if (run.ready_count == 0) {
      describe_deadlock();
      run.failed = true;
      break;
    }
    resume_one();
    for (auto& block : run.resident)
      if (block->live == 0 && !block->threads.empty()) {
        end_block(*block);
        ++ended;
      }
  }
}

}  // namespace

Options& options() {
  static Options o;
  return o;
}

void run(const char* name, void (*kernel)(void*), void* arguments, dim3 grid, unsigned threads,
         size_t dynamic_shared_bytes) {
  if (threads == 0 || threads > 1024)
    throw KernelError(std::string(name) + ": blocks have 1 to 1024 threads");
  gridDim = grid;
  blockDim = dim3(threads);
  Run state{name, kernel, arguments, dynamic_shared_bytes, threads};
  run_state = &state;
  seed_random(options().seed);
  state.blocks_total = uint64_t{grid.x} * grid.y * grid.z;
  const uint64_t resident = std::min<uint64_t>(options().resident_blocks, state.blocks_total);
  for (uint64_t i = 0; i < resident; ++i) state.resident.push_back(std::make_unique<Block>());
  size_t places = 64;
  while (places < resident * threads) places *= 2;
  state.ready.resize(places);
  state.tsan_fiber = tsan_current();
  run_blocks();
  tsan_acquire(&state);
  for (auto& block : state.resident)
    if (!block->threads.empty()) end_block(*block);
  if (!state.failed) spare_fibers.insert(spare_fibers.end(), used_fibers.begin(), used_fibers.end());
  used_fibers.clear();
  release_arenas();
  run_state = nullptr;
  if (state.failed) throw KernelError(state.message);
}

void set_clock_ns(uint64_t ns) { clock_value = ns; }
uint64_t clock_ns() { return clock_value; }

unsigned take_conditional(uint64_t handle) {
  const unsigned value = conditionals.at(handle);
  conditionals.erase(handle);
  return value;
}

Hooks& hooks() {
  static Hooks hooks{[](void*, const Launch& launch) { launch.run(); },
                     [](uint64_t handle, unsigned value) { conditionals[handle] = value; }};
  return hooks;
}

}  // namespace simt

void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value) {
  simt::hooks().set_conditional(handle, value);
}
