// SPDX-License-Identifier: Apache-2.0
// cuDNN on the simulated GPU: the real library makes the plans for a described H200, and this file runs them.
// The linker redirects the calls here (--wrap).
#include <cudnn.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>

#include "layers/cuda/described_device.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/convolution.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/kernels.h"
#include "tests/simulated_device/memory.h"
#include "tests/simulated_device/numbers.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

extern "C" {
cudnnStatus_t __real_cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t);
cudnnStatus_t __real_cudnnBackendSetAttribute(cudnnBackendDescriptor_t, cudnnBackendAttributeName_t,
                                              cudnnBackendAttributeType_t, int64_t, const void*);
}

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace fxe::sim {

namespace {

// The addresses in a variant pack.
struct Pack {
  std::vector<int64_t> ids;
  std::vector<void*> addresses;
  void* workspace = nullptr;
};
struct Plan {
  Convolution convolution;
  size_t workspace_bytes = 0;
};
std::map<cudnnBackendDescriptor_t, Pack> packs;
std::map<cudnnBackendDescriptor_t, std::shared_ptr<const Plan>> plans;
std::set<cudnnBackendDescriptor_t> graphs_on_the_gpu;  // operation graphs with a handle

cudnnBackendDescriptor_t described_gpu() {
  static const cudnnBackendDescriptor_t made = [] {
    const std::string json = described_device("h200").json();
    cudnnBackendDescriptor_t device = nullptr;
    if (cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &device) != CUDNN_STATUS_SUCCESS ||
        __real_cudnnBackendSetAttribute(device, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                                        static_cast<int64_t>(json.size() + 1),
                                        json.c_str()) != CUDNN_STATUS_SUCCESS ||
        cudnnBackendFinalize(device) != CUDNN_STATUS_SUCCESS)
      broken_rule("cuDNN takes no description of an H200");
    return device;
  }();
  return made;
}

cudnnStatus_t tell_device(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name) {
  const cudnnBackendDescriptor_t device = described_gpu();
  return __real_cudnnBackendSetAttribute(descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &device);
}

// A descriptor names a real GPU by a handle, a described one by its description.
cudnnStatus_t set_handle(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name) {
  if (name == CUDNN_ATTR_EXECUTION_PLAN_HANDLE)
    return tell_device(descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  graphs_on_the_gpu.insert(descriptor);
  return CUDNN_STATUS_SUCCESS;
}

void note_pack(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name, int64_t count,
               const void* values) {
  const auto n = static_cast<size_t>(count);
  if (name == CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS)
    packs[descriptor].ids.assign(static_cast<const int64_t*>(values),
                                 static_cast<const int64_t*>(values) + n);
  if (name == CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS)
    packs[descriptor].addresses.assign(static_cast<void* const*>(values),
                                       static_cast<void* const*>(values) + n);
  if (name == CUDNN_ATTR_VARIANT_PACK_WORKSPACE)
    packs[descriptor].workspace = *static_cast<void* const*>(values);
}

std::string json_of(cudnnBackendDescriptor_t plan) {
  int64_t count = 0;
  (void)cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, 0,
                                 &count, nullptr);
  std::string text(static_cast<size_t>(count), '\0');
  (void)cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, count,
                                 &count, text.data());
  return text.c_str();
}

// From its engine's numerical notes.
bool uses_tensor_cores(cudnnBackendDescriptor_t plan) {
  cudnnBackendDescriptor_t configuration = nullptr, engine = nullptr;
  (void)cudnnBackendCreateDescriptor(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, &configuration);
  (void)cudnnBackendCreateDescriptor(CUDNN_BACKEND_ENGINE_DESCRIPTOR, &engine);
  int64_t count = 0;
  (void)cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                 1, &count, &configuration);
  (void)cudnnBackendGetAttribute(configuration, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                                 &count, &engine);
  std::vector<cudnnBackendNumericalNote_t> notes(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
  (void)cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                 CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count, notes.data());
  notes.resize(static_cast<size_t>(count));
  (void)__real_cudnnBackendDestroyDescriptor(engine);
  (void)__real_cudnnBackendDestroyDescriptor(configuration);
  return std::find(notes.begin(), notes.end(), CUDNN_NUMERICAL_NOTE_TENSOR_CORE) != notes.end();
}

std::shared_ptr<const Plan> plan_of(cudnnBackendDescriptor_t descriptor) {
  std::shared_ptr<const Plan>& known = plans[descriptor];
  if (known) return known;
  Plan plan{Convolution::parse(json_of(descriptor))};
  int64_t bytes = 0, count = 0;
  (void)cudnnBackendGetAttribute(descriptor, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1,
                                 &count, &bytes);
  plan.workspace_bytes = static_cast<size_t>(bytes);
  plan.convolution.truncates =
      settings().tf32_truncates && plan.convolution.type == DType::f32 && uses_tensor_cores(descriptor);
  known = std::make_shared<const Plan>(std::move(plan));
  return known;
}

// All that the plan reads and writes must be inside allocations; a real kernel would touch other memory.
std::map<int64_t, void*> checked_addresses(const Plan& plan, const Pack& pack) {
  std::map<int64_t, void*> addresses;
  for (size_t i = 0; i < pack.ids.size(); ++i) addresses[pack.ids[i]] = pack.addresses.at(i);
  const auto bytes_of = [&](const Convolution::Tensor& t) {
    return static_cast<size_t>(t.elements()) * size_bytes(plan.convolution.type);
  };
  const Convolution::Tensor& y = plan.convolution.y;
  for (const Convolution::Tensor& t : plan.convolution.tensors()) {
    if (!addresses.contains(t.id)) throw std::runtime_error("a tensor of the plan has no address");
    const void* at = addresses[t.id];
    if (reinterpret_cast<uintptr_t>(at) % 16) throw std::runtime_error("a tensor is not aligned to 16 bytes");
    if (place_of(at, bytes_of(t)) != Place::device)
      throw std::runtime_error("a tensor is not inside one allocation on the device");
    const bool reads_beside = t.id == plan.convolution.x.id || t.id == plan.convolution.w.id;
    if (reads_beside && overlap(at, bytes_of(t), addresses.at(y.id), bytes_of(y)))
      throw std::runtime_error("a convolution writes over what it reads");
    if (plan.workspace_bytes && overlap(at, bytes_of(t), pack.workspace, plan.workspace_bytes))
      throw std::runtime_error("the workspace overlaps a tensor");
  }
  if (plan.workspace_bytes && place_of(pack.workspace, plan.workspace_bytes) != Place::device)
    throw std::runtime_error("the workspace is not inside one allocation on the device");
  return addresses;
}

cudnnStatus_t execute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan_descriptor, const Pack& pack) {
  if (fault() != cudaSuccess || this_launch_fails()) return CUDNN_STATUS_EXECUTION_FAILED;
  const std::shared_ptr<const Plan> plan = plan_of(plan_descriptor);
  submit(stream_of(handle->stream), {.type = cudaGraphNodeTypeKernel,
                                     .name = "cudnn",
                                     .run =
                                         [plan, pack] {
                                           const auto addresses = checked_addresses(*plan, pack);
                                           ++coverage().convolutions;
                                           if (plan->workspace_bytes)
                                             std::memset(pack.workspace, 0xFF, plan->workspace_bytes);
                                           plan->convolution.run(addresses);
                                         },
                                     .ends_early = settings().edges_carry_data});
  return fault() == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}

}  // namespace

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudnnStatus_t __wrap_cudnnCreate(cudnnHandle_t* handle) {
  const Call call("cudnnCreate");
  *handle = new cudnnContext;
  return fault() == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_INITIALIZED;
}

cudnnStatus_t __wrap_cudnnDestroy(cudnnHandle_t handle) {
  const Call call("cudnnDestroy");
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t __wrap_cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  const Call call("cudnnSetStream");
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t __wrap_cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor,
                                              cudnnBackendAttributeName_t name,
                                              cudnnBackendAttributeType_t type, int64_t count,
                                              const void* values) {
  const Call call("cudnnBackendSetAttribute");
  if (type == CUDNN_TYPE_HANDLE) return set_handle(descriptor, name);
  note_pack(descriptor, name, count, values);
  const cudnnStatus_t status = __real_cudnnBackendSetAttribute(descriptor, name, type, count, values);
  const bool heuristics = name == CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH;
  if (status != CUDNN_STATUS_SUCCESS || (!heuristics && name != CUDNN_ATTR_ENGINE_OPERATION_GRAPH) ||
      !graphs_on_the_gpu.contains(*static_cast<const cudnnBackendDescriptor_t*>(values)))
    return status;
  return tell_device(descriptor,
                     heuristics ? CUDNN_ATTR_ENGINEHEUR_DEVICEPROP : CUDNN_ATTR_ENGINE_DEVICEPROP);
}

cudnnStatus_t __wrap_cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  const Call call("cudnnBackendDestroyDescriptor");
  packs.erase(descriptor);
  plans.erase(descriptor);
  graphs_on_the_gpu.erase(descriptor);
  return __real_cudnnBackendDestroyDescriptor(descriptor);
}

cudnnStatus_t __wrap_cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                         cudnnBackendDescriptor_t addresses) {
  const Call call("cudnnBackendExecute");
  return execute(handle, plan, packs.at(addresses));
}

}  // extern "C"
