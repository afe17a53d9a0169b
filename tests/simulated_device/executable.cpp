// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/executable.h"

#include <map>
#include <set>
#include <stdexcept>

#include "tests/simulated_device/activity.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/kernels.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

namespace {

// A graph as it was at instantiation.
struct Body;
struct Step : Identified {
  Work work;
  std::vector<size_t> before;
  uint64_t handle;
  cudaGraphConditionalNodeType condition;
  std::vector<std::unique_ptr<Body>> bodies;
};
struct Body {
  std::vector<Step> steps;
};

struct Value {
  Condition condition;
  unsigned now = 0;
  bool set = false, read = false;
};

struct Executable {
  Graph* source;
  Body body;
  std::map<uint64_t, Value> values;
};
std::map<Executable*, std::shared_ptr<Executable>> executables;

Executable* running = nullptr;
std::set<uint64_t> set_by_this_kernel;

// Programming Guide, "Conditional node body graph requirements".
const char* broken_rule_of(const Graph& graph, bool is_body) {
  for (const auto& node : graph.nodes) {
    switch (node->work.type) {
      case cudaGraphNodeTypeKernel:
      case cudaGraphNodeTypeMemset:
      case cudaGraphNodeTypeEmpty:
        break;
      case cudaGraphNodeTypeMemcpy:
        if (is_body && node->work.touches_pageable_memory) return "a body copies from or to pageable memory";
        break;
      case cudaGraphNodeTypeConditional:
        for (const auto& body : node->bodies)
          if (const char* rule = broken_rule_of(*body, true)) return rule;
        break;
      default:
        if (is_body) return "a body holds what is no kernel, copy, fill or conditional node";
    }
  }
  for (const uint64_t handle : graph.handles)
    if (condition_of(handle).nodes != 1) return "a handle has no conditional node";
  return nullptr;
}

void take_values(const Graph& graph, std::map<uint64_t, Value>& values) {
  for (const uint64_t handle : graph.handles) values[handle] = {condition_of(handle)};
  for (const auto& node : graph.nodes)
    for (const auto& body : node->bodies) take_values(*body, values);
}

void copy_steps(const Graph& graph, Body& to) {
  std::map<const Node*, size_t> place;
  for (size_t i = 0; i < graph.nodes.size(); ++i) place[graph.nodes[i].get()] = i;
  to.steps.reserve(graph.nodes.size());
  for (const auto& node : graph.nodes) {
    Step& step =
        to.steps.emplace_back(Step{{next_node_id()}, node->work, {}, node->handle, node->condition, {}});
    note_clone(step, *node);
    for (const Edge& edge : node->before) step.before.push_back(place.at(edge.from));
    for (const auto& body : node->bodies)
      copy_steps(*body, *step.bodies.emplace_back(std::make_unique<Body>()));
  }
}

void run_body(const Body& body, uint32_t correlation);

void run_step(const Step& step, uint32_t correlation) {
  if (step.work.type != cudaGraphNodeTypeConditional) return run_work(step.work, {step.id, correlation});
  Value& value = running->values.at(step.handle);
  value.read = true;
  if (!value.set) ++coverage().defaults_read;
  size_t taken = value.now;
  if (step.condition == cudaGraphCondTypeIf) taken = value.now ? 0 : 1;
  if (taken >= step.bodies.size()) {
    ++coverage().bodies_skipped;
    return;
  }
  ++coverage().bodies_taken;
  run_body(*step.bodies[taken], correlation);
}

// Runs the nodes in any order that dependencies allow.
void run_body(const Body& body, uint32_t correlation) {
  std::vector<size_t> missing, ready;
  std::vector<std::vector<size_t>> after(body.steps.size());
  for (size_t i = 0; i < body.steps.size(); ++i) {
    missing.push_back(body.steps[i].before.size());
    if (missing.back() == 0) ready.push_back(i);
    for (const size_t before : body.steps[i].before) after[before].push_back(i);
  }
  size_t ran = 0;
  for (; !ready.empty(); ++ran) {
    std::swap(ready[random_bits() % ready.size()], ready.back());
    const size_t now = ready.back();
    ready.pop_back();
    run_step(body.steps[now], correlation);
    for (const size_t next : after[now])
      if (--missing[next] == 0) ready.push_back(next);
  }
  if (ran != body.steps.size()) throw std::runtime_error("a graph has a cycle");
}

void poison(const Body& body) {
  for (const Step& step : body.steps) {
    poison(step.work);
    for (const auto& inner : step.bodies) poison(*inner);
  }
}

void run(Executable& e, uint32_t correlation) {
  ++coverage().graph_launches;
  for (auto& [handle, value] : e.values) {
    value.now = value.condition.has_default ? value.condition.initial : static_cast<unsigned>(random_bits());
    value.set = value.read = false;
  }
  const struct Running {
    explicit Running(Executable* e) { running = e; }
    ~Running() { running = nullptr; }
  } now(&e);
  run_body(e.body, correlation);
}

Executable& executable_of(cudaGraphExec_t handle) {
  auto* executable = reinterpret_cast<Executable*>(handle);
  if (!executables.contains(executable))
    broken_rule("an executable graph is used that was destroyed or never made");
  return *executable;
}

}  // namespace

void begin_setting() { set_by_this_kernel.clear(); }

void set_condition(uint64_t handle, unsigned value) {
  const auto refuse_to = [&](const char* why) {
    throw std::runtime_error("cudaGraphSetConditional of handle " + std::to_string(handle) + " " + why);
  };
  if (!running) refuse_to("outside a graph");
  const auto found = running->values.find(handle);
  if (found == running->values.end()) refuse_to("that another graph has");
  if (!set_by_this_kernel.insert(handle).second) refuse_to("a second time in one kernel");
  if (found->second.read) refuse_to("after its node has read it");
  if (settings().setters_are_lost) return;
  found->second.now = value;
  found->second.set = true;
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t handle, unsigned long long) {
  FXE_SIM_CALL;
  Graph& graph = graph_of(handle);
  if (graph.parent) return refuse(cudaErrorInvalidValue, "a body is made executable by itself");
  if (is_captured_to(graph))
    return refuse(cudaErrorInvalidValue, "a graph is made executable while it is captured to");
  if (const char* rule = broken_rule_of(graph, false)) return refuse(cudaErrorInvalidValue, rule);
  auto executable = std::make_shared<Executable>(&graph);
  take_values(graph, executable->values);
  if (!executable->values.empty() && graph.executables > 0)
    return refuse(cudaErrorInvalidValue, "a graph with conditional nodes has an executable already");
  copy_steps(graph, executable->body);
  ++graph.executables;
  ++coverage().graphs;
  *made = reinterpret_cast<cudaGraphExec_t>(executable.get());
  executables.emplace(executable.get(), executable);
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t handle) {
  FXE_SIM_CALL;
  Executable& executable = executable_of(handle);
  if (exists(executable.source)) --executable.source->executables;
  executables.erase(&executable);  // a running launch keeps it alive
  return cudaSuccess;
}

cudaError_t cudaGraphUpload(cudaGraphExec_t handle, cudaStream_t stream) {
  FXE_SIM_CALL;
  (void)executable_of(handle);
  submit(stream_of(stream), {.name = "upload"});
  return fault();
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t handle, cudaStream_t stream) {
  FXE_SIM_CALL;
  Executable& executable = executable_of(handle);
  Stream& s = stream_of(stream);
  if (s.capture)
    return invalidate(s, cudaErrorStreamCaptureUnsupported, "a graph is launched into a capture");
  if (this_launch_fails()) return decline(cudaErrorLaunchOutOfResources);
  poison(executable.body);
  enqueue(s, {.run = [e = executables.at(&executable), correlation = next_correlation()] {
            run(*e, correlation);
          }});
  return fault();
}

}  // extern "C"
