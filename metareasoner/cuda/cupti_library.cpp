// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/cupti_library.h"

#include <cuda.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <mutex>

#include "engine/cuda/cuda_device.h"
#include "engine/error.h"

#if __has_include(<cupti.h>)
#include <cupti.h>

namespace fxe {

namespace {

#if CUPTI_API_VERSION >= 130000
using KernelRecord = CUpti_ActivityKernel10;
using CopyRecord = CUpti_ActivityMemcpy6;
using FillRecord = CUpti_ActivityMemset4;
#else
using KernelRecord = CUpti_ActivityKernel9;
using CopyRecord = CUpti_ActivityMemcpy5;
using FillRecord = CUpti_ActivityMemset4;
#endif

constexpr size_t kBufferBytes = size_t{8} << 20;
constexpr CUpti_ActivityKind kKinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
                                         CUPTI_ACTIVITY_KIND_MEMSET,
                                         CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION};

// Records have the form of the toolkit this was compiled with: the soname gives its major version, and
// expect_version() checks the rest.
void* open_library() {
  const std::string name = fmt::format("libcupti.so.{}", CUDART_VERSION / 1000);
  for (const std::string& path :
       {name, "/usr/local/cuda/extras/CUPTI/lib64/" + name, "/usr/local/cuda/lib64/" + name})
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  throw run_time_error(
      "{} is not on this machine, and times of kernels come from it: install CUDA's CUPTI {}.x, or put its "
      "folder in "
      "LD_LIBRARY_PATH",
      name, CUDART_VERSION / 1000);
}

}  // namespace

// Made once and kept: records may arrive at any time, and CUPTI 13.0 can deadlock when a kind of record
// is disabled.
struct CuptiLibrary::State {
  void* library = open_library();
  CUpti_SubscriberHandle subscriber = nullptr;  // while a CuptiLibrary lives
  bool records = false;                         // kinds of records have been enabled
  std::function<void(uint64_t, uint64_t)> on_copy;
  std::mutex mutex;  // the library returns its buffers on a thread of its own
  std::vector<DeviceActivity> activities;
  std::vector<uint32_t> correlations;  // of activities[i]
  std::map<uint32_t, uint64_t> marks;  // by correlation

  // Declared in cupti.h and looked up in the library: no link to it is needed.
  template <class F>
  F* function(const char* name) const {
    if (void* found = dlsym(library, name)) return reinterpret_cast<F*>(found);
    throw run_time_error("libcupti has no {}: another version of CUDA's CUPTI is first in the library path",
                         name);
  }
  void check(CUptiResult result, const char* what) const {
    if (result == CUPTI_SUCCESS) return;
    const char* text = "unknown";
    (void)function<decltype(cuptiGetResultString)>("cuptiGetResultString")(result, &text);
    throw run_time_error(
        "{}: {}: kernels cannot be timed; another profiler may be attached, or the driver may allow counters "
        "to "
        "administrators only",
        what, text);
  }
};
#define FXE_CUPTI(call, ...) state_->check(state_->function<decltype(::call)>(#call)(__VA_ARGS__), #call)

CuptiLibrary::State* CuptiLibrary::state_ = nullptr;

namespace {

void add_record(const CUpti_Activity* record, std::vector<DeviceActivity>& activities,
                std::vector<uint32_t>& correlations, std::map<uint32_t, uint64_t>& marks) {
  const auto add = [&](const auto& r, std::string name) {
    activities.push_back(
        {r.graphNodeId, 0, static_cast<int64_t>(r.start), static_cast<int64_t>(r.end), std::move(name)});
    correlations.push_back(r.correlationId);
  };
  switch (record->kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL: {
      const auto& kernel = *reinterpret_cast<const KernelRecord*>(record);
      add(kernel, kernel.name ? kernel.name : "kernel");
      break;
    }
    case CUPTI_ACTIVITY_KIND_MEMCPY:
      add(*reinterpret_cast<const CopyRecord*>(record), "copy");
      break;
    case CUPTI_ACTIVITY_KIND_MEMSET:
      add(*reinterpret_cast<const FillRecord*>(record), "fill");
      break;
    case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION: {
      const auto& mark = *reinterpret_cast<const CUpti_ActivityExternalCorrelation*>(record);
      marks[mark.correlationId] = mark.externalId;
      break;
    }
    default:
      break;
  }
}

}  // namespace

void CuptiLibrary::find() {
  if (state_) return;
  auto state = std::make_unique<State>();
  uint32_t found = 0;
  state->check(state->function<decltype(cuptiGetVersion)>("cuptiGetVersion")(&found), "cuptiGetVersion");
  // 130001 is 13.0, first update; before 13 the numbers count up.
  constexpr uint32_t kSame = CUPTI_API_VERSION >= 130000 ? 100 : 1;
  if (found / kSame != CUPTI_API_VERSION / kSame)
    throw run_time_error(
        "libcupti says version {}, and this program was built for {}: another CUPTI comes first", found,
        CUPTI_API_VERSION);
  state_ = state.release();
}

CuptiLibrary::CuptiLibrary(std::function<void(uint64_t, uint64_t)> on_copy) {
  find();
  if (state_->subscriber) throw run_time_error("profile: kernels are being timed already");
  FXE_CUPTI(
      cuptiSubscribe, &state_->subscriber,
      [](void*, CUpti_CallbackDomain, CUpti_CallbackId, const void* data) {
        const auto& resource = *static_cast<const CUpti_ResourceData*>(data);
        const auto& node = *static_cast<const CUpti_GraphData*>(resource.resourceDescriptor);
        uint64_t copy = 0, original = 0;
        const auto id = state_->function<decltype(cuptiGetGraphNodeId)>("cuptiGetGraphNodeId");
        if (id(node.node, &copy) == CUPTI_SUCCESS && id(node.originalNode, &original) == CUPTI_SUCCESS)
          state_->on_copy(copy, original);
      },
      nullptr);
  state_->on_copy = std::move(on_copy);
  try {
    FXE_CUPTI(cuptiEnableCallback, 1, state_->subscriber, CUPTI_CB_DOMAIN_RESOURCE,
              CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED);
    if (!state_->records) begin_records();
  } catch (...) {
    unsubscribe();
    throw;
  }
}

void CuptiLibrary::begin_records() {
  FXE_CUPTI(
      cuptiActivityRegisterCallbacks,
      [](uint8_t** buffer, size_t* bytes, size_t* most_records) {
        *buffer = static_cast<uint8_t*>(std::aligned_alloc(8, kBufferBytes));
        *bytes = *buffer ? kBufferBytes : 0;
        *most_records = 0;
      },
      [](CUcontext, uint32_t, uint8_t* buffer, size_t, size_t bytes) {
        const std::lock_guard lock(state_->mutex);
        const auto next =
            state_->function<decltype(cuptiActivityGetNextRecord)>("cuptiActivityGetNextRecord");
        for (CUpti_Activity* record = nullptr; next(buffer, bytes, &record) == CUPTI_SUCCESS;)
          add_record(record, state_->activities, state_->correlations, state_->marks);
        std::free(buffer);
      });
  for (const CUpti_ActivityKind kind : kKinds) FXE_CUPTI(cuptiActivityEnable, kind);
  state_->records = true;
}

// Even if something else has failed: otherwise the next one could not subscribe.
void CuptiLibrary::unsubscribe() noexcept {
  try {
    (void)state_->function<decltype(cuptiUnsubscribe)>("cuptiUnsubscribe")(state_->subscriber);
  } catch (const Error&) {
  }
  state_->subscriber = nullptr;
}

CuptiLibrary::~CuptiLibrary() { unsubscribe(); }

uint64_t CuptiLibrary::node_id(cudaGraphNode_t node) const {
  uint64_t id = 0;
  FXE_CUPTI(cuptiGetGraphNodeId, node, &id);
  return id;
}

void CuptiLibrary::push_mark(uint64_t mark) {
  FXE_CUPTI(cuptiActivityPushExternalCorrelationId, CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, mark);
}

void CuptiLibrary::pop_mark() {
  uint64_t mark = 0;
  FXE_CUPTI(cuptiActivityPopExternalCorrelationId, CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, &mark);
}

std::vector<DeviceActivity> CuptiLibrary::take() {
  FXE_CUDA(cudaDeviceSynchronize());
  FXE_CUPTI(cuptiActivityFlushAll, CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
  const std::lock_guard lock(state_->mutex);
  for (size_t i = 0; i < state_->activities.size(); ++i)
    if (const auto mark = state_->marks.find(state_->correlations[i]); mark != state_->marks.end())
      state_->activities[i].mark = mark->second;
  state_->marks.clear();
  state_->correlations.clear();
  return std::exchange(state_->activities, {});
}

}  // namespace fxe

#else  // a toolkit without CUPTI

namespace fxe {

void CuptiLibrary::find() {
  throw run_time_error(
      "this program was built with a CUDA toolkit that has no cupti.h, so kernels cannot be timed");
}
CuptiLibrary::CuptiLibrary(std::function<void(uint64_t, uint64_t)>) { find(); }
CuptiLibrary::~CuptiLibrary() = default;
uint64_t CuptiLibrary::node_id(cudaGraphNode_t) const { return 0; }
void CuptiLibrary::push_mark(uint64_t) {}
void CuptiLibrary::pop_mark() {}
std::vector<DeviceActivity> CuptiLibrary::take() { return {}; }

}  // namespace fxe

#endif
