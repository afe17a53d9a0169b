// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/device.h>

#include <memory>
#include <vector>

#include "tests/kernels/simt/context.h"

// The state of a launch. One OS thread runs all of it.
namespace simt {

struct Block;

struct Thread {
  enum class State { ready, at_barrier, in_warp_call, done };

  Context context;
  char* stack = nullptr;
  Block* block = nullptr;
  unsigned index = 0;  // in the block
  uint3 id{};
  State state = State::ready;
  Site site{};  // where it waits
  void* asan_stack = nullptr;
  void* tsan_fiber = nullptr;
  bool fenced = false;          // its atomics publish what it wrote before (ThreadSanitizer)
  const void* read_atomics[8];  // whose publications a fence makes visible
  unsigned read_atomic_count = 0;
};

struct Warp {
  // Lanes that wait for each other; several meetings may be open with disjoint masks.
  struct Meeting {
    WarpOp op;
    unsigned mask, arrived;
    Site site;
  };

  unsigned live = 0;
  unsigned priority = 0;
  int meetings = 0;
  Meeting meeting[32];
  uint64_t value[32], result[32];
  int source[32];
  unsigned generation = 0;
};

struct SharedVariable {
  const void* key;
  void* data;
};

struct Block {
  uint3 index{};
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  unsigned live = 0, arrived = 0;
  Site barrier_site{};
  int count = 0, last_count = 0;  // of true predicates at the barrier
  unsigned generation = 0;
  SharedVariable shared[64];
  unsigned shared_count = 0;
  void* dynamic = nullptr;
  char* arena =
      nullptr;  // ThreadSanitizer: addresses to synchronise on, then shared memory; new for each block
  size_t arena_used = 0;
};

struct Run {
  const char* name;
  void (*kernel)(void*);
  void* arguments;
  size_t dynamic_bytes;
  unsigned threads;
  uint64_t blocks_total = 0, blocks_started = 0;
  std::vector<std::unique_ptr<Block>> resident;
  std::vector<Thread*> ready;  // a ring of 2^k places, enough for every thread
  size_t ready_head = 0, ready_count = 0;
  uint64_t switches = 0;
  Thread* current = nullptr;  // nullptr: the scheduler
  Context scheduler;
  void* asan_stack = nullptr;
  const void* asan_bottom = nullptr;
  size_t asan_bytes = 0;
  void* tsan_fiber = nullptr;
  bool failed = false;
  char message[4096] = {};  // not a string: a fiber that fails is abandoned, and would leak it
};

extern Run* run_state;

// scheduler.cpp
void make_ready(Thread&);
void yield();          // lets others run until this thread is made ready again
void maybe_preempt();  // random orders: sometimes lets others run
void resume_one();     // from the scheduler: returns when no thread can run, one failed or a block has ended
[[noreturn]] void exit_thread();
[[noreturn]] [[gnu::format(printf, 2, 3)]] void fail(Site, const char* format, ...);
void append_message(const char* format, ...) __attribute__((format(printf, 1, 2)));
uint64_t random_bits();
void seed_random(uint64_t seed);

// memory.cpp
void prepare_memory(Block&);
void release_memory(Block&);
void release_arenas();  // after the launch

// barrier.cpp
void release_barrier(Block&);

}  // namespace simt
