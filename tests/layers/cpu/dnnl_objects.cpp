// SPDX-License-Identifier: Apache-2.0
#include "tests/layers/cpu/dnnl_objects.h"

#include <dlfcn.h>

#include <atomic>

// oneDNN's functions by their binary interface, which versions 2 and 3 share: its headers are not included,
// so that the types of their parameters need not be those of one version.
namespace {

std::atomic<size_t> created = 0;

template <class... Args>
int forward(const char* name, Args... args) {
  ++created;
  const auto real = reinterpret_cast<int (*)(Args...)>(dlsym(RTLD_NEXT, name));
  constexpr int kRuntimeError = 5;
  return real ? real(args...) : kRuntimeError;
}

}  // namespace

extern "C" {

int dnnl_primitive_create(void* result, const void* description) {
  return forward("dnnl_primitive_create", result, description);
}

int dnnl_memory_create(void* result, const void* description, void* engine, void* data) {
  return forward("dnnl_memory_create", result, description, engine, data);
}

// What the C++ interface of newer versions (3.7) calls.
int dnnl_memory_create_v2(void* result, const void* description, void* engine, int count, void** data) {
  return forward("dnnl_memory_create_v2", result, description, engine, count, data);
}

int dnnl_engine_create(void* result, int kind, size_t index) {
  return forward("dnnl_engine_create", result, kind, index);
}

int dnnl_stream_create(void* result, void* engine, unsigned flags) {
  return forward("dnnl_stream_create", result, engine, flags);
}
}

namespace fxe::test {

size_t dnnl_objects_created() { return created; }

}  // namespace fxe::test
