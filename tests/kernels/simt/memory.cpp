// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

#include "tests/kernels/simt/sanitizers.h"
#include "tests/kernels/simt/state.h"

namespace simt {
namespace {

constexpr size_t kAlignment = 16;
constexpr size_t kArenaBytes = 256 * 1024;
constexpr size_t kMeetingPoints = 128;  // bytes: two for the block, two for each of 32 warps
char no_arena[kMeetingPoints];
std::vector<char*> arenas;

void fill(void* data, size_t bytes) {  // volatile: not memset, which ThreadSanitizer sees
  auto* byte = static_cast<volatile unsigned char*>(data);
  for (size_t i = 0; i < bytes; ++i) byte[i] = 0xFF;
}

void* allocate(Block& block, size_t bytes) {
  void* data = nullptr;
  if (kTsan) {
    data = block.arena + block.arena_used;
    block.arena_used += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    if (block.arena_used > kArenaBytes) std::abort();
  } else if (posix_memalign(&data, kAlignment, bytes) != 0) {
    std::abort();
  }
  fill(data, bytes);
  return data;
}

}  // namespace

void prepare_memory(Block& block) {
  block.shared_count = 0;
  block.arena = no_arena;
  block.arena_used = kMeetingPoints;
  if (kTsan) {
    void* arena = mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED) {
      std::perror("simt: mmap of shared memory");
      std::abort();
    }
    block.arena = static_cast<char*>(arena);
    arenas.push_back(block.arena);
  }
  block.dynamic = run_state->dynamic_bytes > 0 ? allocate(block, run_state->dynamic_bytes) : nullptr;
}

void release_memory(Block& block) {
  if (kTsan) return;
  for (unsigned i = 0; i < block.shared_count; ++i) std::free(block.shared[i].data);
  std::free(block.dynamic);
  block.shared_count = 0;
  block.dynamic = nullptr;
}

void release_arenas() {
  for (char* arena : arenas) munmap(arena, kArenaBytes);
  arenas.clear();
}

void* shared_variable(const void* key, size_t bytes) {
  Block& block = *run_state->current->block;
  for (unsigned i = 0; i < block.shared_count; ++i)
    if (block.shared[i].key == key) return block.shared[i].data;
  if (block.shared_count == std::size(block.shared)) fail({}, "too many shared variables");
  SharedVariable& variable = block.shared[block.shared_count++];
  variable = {key, allocate(block, bytes)};
  return variable.data;
}

void* dynamic_shared() { return run_state->current->block->dynamic; }

// ThreadSanitizer knows no relaxed fences. Fence, then atomic: the atomic publishes at its address what was
// written before. Atomic, then fence: the fence sees what was published there.
void fence(FenceScope scope) {
  Thread& self = *run_state->current;
  for (unsigned i = 0; i < self.read_atomic_count; ++i) tsan_acquire(self.read_atomics[i]);
  self.read_atomic_count = 0;
  if (scope == FenceScope::device) self.fenced = true;
  maybe_preempt();
}

void before_atomic(const void* address) {
  if (run_state->current->fenced) tsan_release(address);
  maybe_preempt();
}

void after_atomic(const void* address) {
  Thread& self = *run_state->current;
  if (self.read_atomic_count < std::size(self.read_atomics))
    self.read_atomics[self.read_atomic_count++] = address;
  maybe_preempt();
}

}  // namespace simt
