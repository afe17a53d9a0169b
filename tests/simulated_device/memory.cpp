// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <map>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

namespace {

constexpr size_t kAlignment = 256;  // cudaMalloc's

struct Allocation {
  size_t bytes;
  bool pinned, freed;
  char* mapping;
  size_t mapped_bytes;
};
std::map<uintptr_t, Allocation> allocations;  // by address
std::deque<uintptr_t> freed;
size_t device_bytes = 0;

size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// Ends at a page's end, before a protected page: reading past it ends the program.
void* allocate(size_t bytes, bool pinned) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t data_bytes = round_up(bytes, kAlignment), mapped = round_up(data_bytes, page) + page;
  void* mapping = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(mapping);
  (void)mprotect(begin + mapped - page, page, PROT_NONE);
  char* data = begin + (mapped - page - data_bytes);
  std::memset(data, 0xFF, data_bytes);
  allocations[reinterpret_cast<uintptr_t>(data)] = {bytes, pinned, false, begin, mapped};
  if (!pinned) device_bytes += bytes;
  return data;
}

// The addresses are not reused for a while, so that using them ends the program.
void release(std::map<uintptr_t, Allocation>::iterator at) {
  constexpr size_t kKept = 4096;
  Allocation& a = at->second;
  if (!a.pinned) device_bytes -= a.bytes;
  a.freed = true;
  (void)mmap(a.mapping, a.mapped_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  freed.push_back(at->first);
  if (freed.size() <= kKept) return;
  const auto oldest = allocations.find(freed.front());
  freed.pop_front();
  (void)munmap(oldest->second.mapping, oldest->second.mapped_bytes);
  allocations.erase(oldest);
}

cudaError_t free_memory(void* data, bool pinned) {
  if (!data) return cudaSuccess;
  drain();  // both wait for the device
  const auto at = allocations.find(reinterpret_cast<uintptr_t>(data));
  if (at == allocations.end() || at->second.pinned != pinned || at->second.freed)
    return refuse(cudaErrorInvalidValue, "memory is freed that was not allocated, or was freed before");
  release(at);
  return fault();
}

}  // namespace

Place place_of(const void* address, size_t bytes) {
  const auto begin = reinterpret_cast<uintptr_t>(address);
  auto at = allocations.upper_bound(begin);
  if (at == allocations.begin()) return Place::pageable;
  const auto& [first, a] = *--at;
  if (begin >= first + round_up(a.bytes, kAlignment)) return Place::pageable;
  if (a.freed) return Place::freed;
  if (begin + bytes > first + a.bytes) return Place::beyond;
  return a.pinned ? Place::pinned : Place::device;
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total_bytes) {
  FXE_SIM_CALL;
  *total_bytes = settings().memory_bytes;
  *free_bytes = *total_bytes - device_bytes;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** data, size_t bytes) {
  FXE_SIM_CALL;
  if (unsafe_while_capturing())
    return refuse(cudaErrorStreamCaptureUnsupported, "cudaMalloc in a capture that is not relaxed");
  if (bytes == 0) {
    *data = nullptr;
    return cudaSuccess;
  }
  if (device_bytes + bytes > settings().memory_bytes) return decline(cudaErrorMemoryAllocation);
  *data = allocate(bytes, false);
  return *data ? cudaSuccess : decline(cudaErrorMemoryAllocation);
}

cudaError_t cudaMallocHost(void** data, size_t bytes) {
  FXE_SIM_CALL;
  if (unsafe_while_capturing())
    return refuse(cudaErrorStreamCaptureUnsupported, "cudaMallocHost in a capture that is not relaxed");
  *data = allocate(bytes, true);
  return *data ? cudaSuccess : decline(cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* data) {
  FXE_SIM_CALL;
  return free_memory(data, false);
}

cudaError_t cudaFreeHost(void* data) {
  FXE_SIM_CALL;
  return free_memory(data, true);
}

}  // extern "C"
