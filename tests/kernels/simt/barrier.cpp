// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/kernels/simt/sanitizers.h"
#include "tests/kernels/simt/state.h"

namespace simt {

void release_barrier(Block& block) {
  block.arrived = 0;
  block.last_count = block.count;
  block.count = 0;
  ++block.generation;
  const size_t n = block.threads.size();
  const bool reverse = options().order == Order::reverse;
  for (size_t i = 0; i < n; ++i) {
    Thread& t = block.threads[reverse ? n - 1 - i : i];
    if (t.state == Thread::State::at_barrier) make_ready(t);
  }
}

// How many threads of the block came with a true predicate.
int block_barrier_count(int predicate, Site site) {
  Thread& self = *run_state->current;
  Block& block = *self.block;
  if (block.live < block.threads.size())
    fail(site, "__syncthreads after %zu threads of the block exited", block.threads.size() - block.live);
  const Site& other = block.barrier_site;
  if (block.arrived > 0 && (other.line != site.line || std::strcmp(other.file, site.file) != 0))
    fail(site, "__syncthreads, while others of the block wait at %s:%d", other.file, other.line);
  block.barrier_site = self.site = site;
  block.count += predicate != 0;
  const char* meeting_point = block.arena + block.generation % 2;  // two, so that turns do not mix
  tsan_release(meeting_point);
  self.state = Thread::State::at_barrier;
  if (++block.arrived == block.threads.size()) release_barrier(block);
  yield();
  tsan_acquire(meeting_point);
  return block.last_count;  // all leave before the next barrier can complete
}

void block_barrier(Site site) { block_barrier_count(0, site); }
int block_barrier_or(int predicate, Site site) { return block_barrier_count(predicate, site) != 0; }
int block_barrier_and(int predicate, Site site) { return block_barrier_count(predicate == 0, site) == 0; }

}  // namespace simt
