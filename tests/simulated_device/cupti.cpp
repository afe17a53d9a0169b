// SPDX-License-Identifier: Apache-2.0
// CUPTI on the simulated GPU: the part of the library that fxe uses. The program opens it like the real one
// (--wrap).
#include <cupti.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulated_device/activity.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/settings.h"

extern "C" {
void* __real_dlopen(const char*, int);
void* __real_dlsym(void*, const char*);
}

namespace fxe::sim {

namespace {

// Every record takes the same space in a buffer.
union Record {
  CUpti_Activity any;
  CUpti_ActivityKernel10 kernel;
  CUpti_ActivityMemcpy6 copy;
  CUpti_ActivityMemset4 fill;
  CUpti_ActivityExternalCorrelation mark;
};

struct Subscriber {
  CUpti_CallbackFunc callback = nullptr;
  void* data = nullptr;
  bool hears_of_clones = false;
};

Subscriber subscriber;  // one at a time
std::set<CUpti_ActivityKind> enabled;
std::vector<uint64_t> marks;  // currently pushed
std::vector<Record> records;
CUpti_BuffersCallbackRequestFunc request_buffer = nullptr;
CUpti_BuffersCallbackCompleteFunc complete_buffer = nullptr;

const char* kept(const std::string& name) {
  static std::set<std::string> names;
  return names.insert(name).first->c_str();
}

template <class T>
void fill_in(T& record, CUpti_ActivityKind kind, const WorkId& id, uint64_t began_ns, uint64_t ended_ns) {
  record.kind = kind;
  record.start = began_ns;
  record.end = ended_ns;
  record.graphNodeId = id.node;
  record.correlationId = id.correlation;
}

// Writes as many records as fit.
size_t give_back(size_t first) {
  uint8_t* buffer = nullptr;
  size_t bytes = 0, most = 0;
  request_buffer(&buffer, &bytes, &most);
  const size_t count = std::min(records.size() - first, bytes / sizeof(Record));
  if (count == 0) broken_rule("a buffer for CUPTI without room for a record");
  std::memcpy(buffer, &records[first], count * sizeof(Record));
  complete_buffer(nullptr, 0, buffer, bytes, count * sizeof(Record));
  return count;
}

void* const kLibrary = &subscriber;  // dlopen's result

}  // namespace

void note_launch(uint32_t correlation) {
  if (!enabled.contains(CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION) || marks.empty()) return;
  Record record{};
  record.mark.kind = CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION;
  record.mark.externalId = marks.back();
  record.mark.correlationId = correlation;
  records.push_back(record);
}

void note_activity(const Work& work, const WorkId& id, uint64_t began_ns, uint64_t ended_ns) {
  Record record{};
  CUpti_ActivityKind kind{};
  if (work.type == cudaGraphNodeTypeKernel) {
    kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
    fill_in(record.kernel, kind, id, began_ns, ended_ns);
    record.kernel.name = kept(work.name);
  } else if (work.type == cudaGraphNodeTypeMemcpy) {
    fill_in(record.copy, kind = CUPTI_ACTIVITY_KIND_MEMCPY, id, began_ns, ended_ns);
  } else if (work.type == cudaGraphNodeTypeMemset) {
    fill_in(record.fill, kind = CUPTI_ACTIVITY_KIND_MEMSET, id, began_ns, ended_ns);
  }
  if (enabled.contains(kind)) records.push_back(record);
}

void note_clone(const Identified& copy, const Identified& original) {
  if (!subscriber.hears_of_clones) return;
  const auto node = [](const Identified& n) {
    return reinterpret_cast<CUgraphNode>(const_cast<Identified*>(&n));
  };
  CUpti_GraphData data{};
  data.node = node(copy);
  data.originalNode = node(original);
  CUpti_ResourceData resource{};
  resource.resourceDescriptor = &data;
  subscriber.callback(subscriber.data, CUPTI_CB_DOMAIN_RESOURCE, CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED,
                      &resource);
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

CUptiResult cuptiGetVersion(uint32_t* version) {
  const Call call(__func__);
  *version = CUPTI_API_VERSION;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetResultString(CUptiResult, const char** text) {
  const Call call(__func__);
  *text = "CUPTI of the simulated GPU refuses";
  return CUPTI_SUCCESS;
}

CUptiResult cuptiSubscribe(CUpti_SubscriberHandle* made, CUpti_CallbackFunc callback, void* data) {
  const Call call(__func__);
  if (subscriber.callback) return CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
  subscriber = {callback, data, false};
  *made = reinterpret_cast<CUpti_SubscriberHandle>(&subscriber);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiUnsubscribe(CUpti_SubscriberHandle) {
  const Call call(__func__);
  subscriber = {};
  return CUPTI_SUCCESS;
}

CUptiResult cuptiEnableCallback(uint32_t on, CUpti_SubscriberHandle, CUpti_CallbackDomain domain,
                                CUpti_CallbackId id) {
  const Call call(__func__);
  if (domain != CUPTI_CB_DOMAIN_RESOURCE || id != CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED)
    return CUPTI_ERROR_INVALID_PARAMETER;
  subscriber.hears_of_clones = on != 0;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityRegisterCallbacks(CUpti_BuffersCallbackRequestFunc request,
                                           CUpti_BuffersCallbackCompleteFunc complete) {
  const Call call(__func__);
  request_buffer = request;
  complete_buffer = complete;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityEnable(CUpti_ActivityKind kind) {
  const Call call(__func__);
  enabled.insert(kind);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityDisable(CUpti_ActivityKind kind) {
  const Call call(__func__);
  enabled.erase(kind);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityFlushAll(uint32_t) {
  const Call call(__func__);
  for (size_t given = 0; given < records.size();) given += give_back(given);
  records.clear();
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityGetNextRecord(uint8_t* buffer, size_t bytes, CUpti_Activity** record) {
  const Call call(__func__);
  auto* next = reinterpret_cast<uint8_t*>(*record);
  next = next ? next + sizeof(Record) : buffer;
  if (next + sizeof(Record) > buffer + bytes) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(next);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetGraphNodeId(CUgraphNode node, uint64_t* id) {
  const Call call(__func__);
  *id = reinterpret_cast<const Identified*>(node)->id;
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityPushExternalCorrelationId(CUpti_ExternalCorrelationKind, uint64_t mark) {
  const Call call(__func__);
  marks.push_back(mark);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityPopExternalCorrelationId(CUpti_ExternalCorrelationKind, uint64_t* mark) {
  const Call call(__func__);
  if (marks.empty()) return CUPTI_ERROR_QUEUE_EMPTY;
  *mark = marks.back();
  marks.pop_back();
  return CUPTI_SUCCESS;
}

void* __wrap_dlopen(const char* file, int flags) {
  if (!file || std::string_view(file).find("libcupti.so.") == std::string_view::npos)
    return __real_dlopen(file, flags);
  return settings().no_cupti ? nullptr : kLibrary;
}

void* __wrap_dlsym(void* library, const char* name) {
  if (library != kLibrary) return __real_dlsym(library, name);
#define FXE_SIM_FIND(function) \
  if (std::string_view(name) == #function) return reinterpret_cast<void*>(&function)
  FXE_SIM_FIND(cuptiActivityDisable);
  FXE_SIM_FIND(cuptiActivityEnable);
  FXE_SIM_FIND(cuptiActivityFlushAll);
  FXE_SIM_FIND(cuptiActivityGetNextRecord);
  FXE_SIM_FIND(cuptiActivityPopExternalCorrelationId);
  FXE_SIM_FIND(cuptiActivityPushExternalCorrelationId);
  FXE_SIM_FIND(cuptiActivityRegisterCallbacks);
  FXE_SIM_FIND(cuptiEnableCallback);
  FXE_SIM_FIND(cuptiGetGraphNodeId);
  FXE_SIM_FIND(cuptiGetResultString);
  FXE_SIM_FIND(cuptiGetVersion);
  FXE_SIM_FIND(cuptiSubscribe);
  FXE_SIM_FIND(cuptiUnsubscribe);
#undef FXE_SIM_FIND
  return nullptr;
}

}  // extern "C"
