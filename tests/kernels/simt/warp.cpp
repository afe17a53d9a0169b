// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/simt/sanitizers.h"
#include "tests/kernels/simt/state.h"

namespace simt {
namespace {

bool same_call(const Warp::Meeting& m, const WarpCall& call, Site site) {
  return m.mask == call.mask && m.op == call.op && m.site.line == site.line && m.site.file == site.file;
}

void check(const Warp& warp, const WarpCall& call, unsigned lane, Site site) {
  if (!(call.mask >> lane & 1))
    fail(site, "a warp operation in lane %u, which its mask 0x%x does not name", lane, call.mask);
  if (const unsigned gone = call.mask & ~warp.live)
    fail(site, "mask 0x%x names lanes 0x%x, which exited or do not exist", call.mask, gone);
  if (call.op == WarpOp::shuffle && (call.source < 0 || call.source > 31 || !(call.mask >> call.source & 1)))
    fail(site, "a shuffle from lane %d, which is not in the mask 0x%x", call.source, call.mask);
}

// The meeting this call belongs to: one that is open, or a new one.
Warp::Meeting& join(Warp& warp, const WarpCall& call, unsigned lane, Site site) {
  for (int i = 0; i < warp.meetings; ++i) {
    Warp::Meeting& m = warp.meeting[i];
    if (same_call(m, call, site) && !(m.arrived >> lane & 1)) return m;
    if ((m.mask >> lane & 1) || (call.mask & m.arrived))
      fail(site, "the warp diverges: lanes 0x%x wait at %s:%d with mask 0x%x, lane %u comes with mask 0x%x",
           m.arrived, m.site.file, m.site.line, m.mask, lane, call.mask);
  }
  Warp::Meeting& m = warp.meeting[warp.meetings++];
  m = {call.op, call.mask, 0, site};
  return m;
}

uint64_t combine(WarpOp op, uint64_t a, uint64_t b) {
  const auto x = static_cast<int64_t>(a), y = static_cast<int64_t>(b);
  if (op == WarpOp::add) return a + b;
  return op == WarpOp::min ? (x < y ? a : b) : (x > y ? a : b);
}

void complete(Warp& warp, const Warp::Meeting& m) {
  const bool reduces = m.op == WarpOp::add || m.op == WarpOp::min || m.op == WarpOp::max;
  uint64_t all = 0;
  bool first = true;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(m.mask >> lane & 1)) continue;
    if (m.op == WarpOp::vote) all |= (warp.value[lane] & 1) << lane;
    if (reduces) all = first ? warp.value[lane] : combine(m.op, all, warp.value[lane]);
    first = false;
  }
  for (unsigned lane = 0; lane < 32; ++lane)
    if (m.mask >> lane & 1) warp.result[lane] = m.op == WarpOp::shuffle ? warp.value[warp.source[lane]] : all;
}

}  // namespace

uint64_t warp_call(const WarpCall& call, Site site) {
  Thread& self = *run_state->current;
  Block& block = *self.block;
  const unsigned lane = self.index % 32;
  Warp& warp = block.warps[self.index / 32];
  check(warp, call, lane, site);
  Warp::Meeting& m = join(warp, call, lane, site);
  m.arrived |= 1u << lane;
  warp.value[lane] = call.value;
  warp.source[lane] = call.source;
  self.site = site;
  // Two places per warp behind the block's two.
  const char* meeting_point = block.arena + 2 + self.index / 32 * 2 + warp.generation % 2;
  const bool orders_memory = call.op == WarpOp::sync;
  if (orders_memory) tsan_release(meeting_point);
  self.state = Thread::State::in_warp_call;
  if (m.arrived == m.mask) {
    complete(warp, m);
    const unsigned mask = m.mask;
    m = warp.meeting[--warp.meetings];
    if (orders_memory) ++warp.generation;
    const bool reverse = options().order == Order::reverse;
    for (unsigned k = 0; k < 32; ++k) {
      const unsigned other = reverse ? 31 - k : k;
      if (mask >> other & 1) make_ready(block.threads[self.index - lane + other]);
    }
  }
  yield();
  if (orders_memory) tsan_acquire(meeting_point);
  return warp.result[lane];
}

}  // namespace simt
