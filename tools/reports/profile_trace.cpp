// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <optional>

#include "layers/op.h"
#include "tools/reports/json_file.h"
#include "tools/reports/profile_report.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

// A span that is extended as long as what follows belongs to it.
struct Span {
  std::string name;
  Json arguments;
  int64_t start_ns, end_ns;
};

class TraceWriter {
 public:
  explicit TraceWriter(int64_t origin_ns) : origin_ns_(origin_ns) {}

  void name_track(int track, const char* name) {
    events_.push_back(
        {{"ph", "M"}, {"name", "thread_name"}, {"pid", 1}, {"tid", track}, {"args", {{"name", name}}}});
  }
  void add(int track, const Span& span) {
    events_.push_back({{"ph", "X"},
                       {"name", span.name},
                       {"pid", 1},
                       {"tid", track},
                       {"ts", static_cast<double>(span.start_ns - origin_ns_) / 1e3},
                       {"dur", static_cast<double>(span.end_ns - span.start_ns) / 1e3},
                       {"args", span.arguments}});
  }
  Json take() { return {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events_)}}; }

 private:
  int64_t origin_ns_;
  Json events_ = Json::array();
};

// Kernels, and around them layers and members: spans of one track nest.
void add_batch(TraceWriter& trace, int track, const TracedBatch& batch, const KernelTable& table,
               const std::vector<std::string>& names) {
  std::vector<Span> members, layers, kernels;
  const Plan* plan = nullptr;
  std::optional<size_t> layer;
  for (const KernelCall& call : batch.calls) {
    const int64_t end_ns = call.start_ns + call.ns;
    if (!call.plan) {
      kernels.push_back({call.name, Json::object(), call.start_ns, end_ns});
      plan = nullptr;
      continue;
    }
    const Plan::Layer& of = call.plan->layers()[call.layer];
    if (call.plan != plan) {
      members.push_back(
          {names[table.member_of(*call.plan)], {{"batch", call.plan->batch()}}, call.start_ns, end_ns});
      layer.reset();
    }
    if (layer != call.layer)
      layers.push_back(
          {of.name, {{"op", op_str(of.op)}, {"shape", of.value.shape.str()}}, call.start_ns, end_ns});
    plan = call.plan;
    layer = call.layer;
    members.back().end_ns = layers.back().end_ns = end_ns;
    kernels.push_back({of.kernels[call.kernel], Json::object(), call.start_ns, end_ns});
    if (!call.name.empty()) kernels.back().arguments["device kernel"] = call.name;
  }
  for (const auto* spans : {&members, &layers, &kernels})
    for (const Span& span : *spans) trace.add(track, span);
}

}  // namespace

void write_profile_trace(OutputFile& file, const ProfileSubject& subject, const ProfileResult& r) {
  int64_t origin_ns = std::numeric_limits<int64_t>::max();
  for (const auto& batch : r.traced)
    for (const auto& call : batch.calls) origin_ns = std::min(origin_ns, call.start_ns);
  TraceWriter trace(origin_ns);
  trace.name_track(KernelTable::flexible, "flexible");
  trace.name_track(KernelTable::full, "full");
  for (const auto& batch : r.traced) add_batch(trace, batch.policy, batch, r.table, subject.members);
  write_json(file, trace.take());
}

}  // namespace fxe
