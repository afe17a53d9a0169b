// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/keywords.h>

#include <bit>
#include <type_traits>

// Atomics are relaxed, as in CUDA: only fences around them order other memory.
namespace simt {

enum class FenceScope { block, device };
void fence(FenceScope);
void before_atomic(const void* address);  // may let other threads run; tells ThreadSanitizer about fences
void after_atomic(const void* address);

template <class T, class F>
T read_modify_write(T* address, F f) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  static_assert(sizeof(T) == sizeof(Bits));
  auto* bits = reinterpret_cast<Bits*>(address);
  before_atomic(address);
  Bits old = __atomic_load_n(bits, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(bits, &old,
                                      std::bit_cast<Bits>(static_cast<T>(f(std::bit_cast<T>(old)))), false,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  after_atomic(address);
  return std::bit_cast<T>(old);
}

}  // namespace simt

inline void __threadfence() { simt::fence(simt::FenceScope::device); }
inline void __threadfence_block() { simt::fence(simt::FenceScope::block); }

template <class T>
T atomicAdd(T* p, std::type_identity_t<T> v) {
  return simt::read_modify_write(p, [v](T old) { return old + v; });
}
template <class T>
T atomicMax(T* p, std::type_identity_t<T> v) {
  return simt::read_modify_write(p, [v](T old) { return old < v ? v : old; });
}
template <class T>
T atomicMin(T* p, std::type_identity_t<T> v) {
  return simt::read_modify_write(p, [v](T old) { return v < old ? v : old; });
}
template <class T>
T atomicExch(T* p, std::type_identity_t<T> v) {
  return simt::read_modify_write(p, [v](T) { return v; });
}
template <class T>
T atomicCAS(T* p, std::type_identity_t<T> expected, std::type_identity_t<T> v) {
  return simt::read_modify_write(p, [expected, v](T old) { return old == expected ? v : old; });
}
inline unsigned atomicInc(unsigned* p, unsigned end) {
  return simt::read_modify_write(p, [end](unsigned old) { return old >= end ? 0 : old + 1; });
}

template <class T>
T __ldg(const T* p) {
  return *p;
}
template <class T>
T __ldcg(const T* p) {
  return *p;
}
template <class T>
void __stcg(T* p, std::type_identity_t<T> v) {
  *p = v;
}
