// SPDX-License-Identifier: Apache-2.0
// What a decision on the device costs: the time of one launch of graphs that differ in one thing. They are
// made as the engine makes its own (metareasoner/cuda/graph_target.cpp), of kernels that do nothing.
//   conditional_nodes [JSON [LAUNCHES]]      needs a GPU; prints a table and writes the JSON
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/cuda_availability.h"
#include "metareasoner/cuda/program_target.h"
#include "perf/empty_kernels.h"

namespace fxe {

namespace {

constexpr int kMembers = 8;
constexpr unsigned kSizes = 7;  // batch sizes: bodies of a SWITCH
constexpr int kLayers = 56;     // kernels of a ResNet-50

struct Graph {
  std::string name;
  double least_us = 0, median_us = 0;  // of one launch and its wait
  std::string refused;                 // by the driver, with its words
};

class Launches {
 public:
  Launches(Device& device, int timed) : queue_(device.make_queue()), timed_(timed) {}

  // The median; none where the driver refuses the graph.
  std::optional<double> time(const std::string& name, ConditionOwner owner,
                             const std::function<void(ProgramTarget&)>& write) {
    graphs_.push_back({.name = name});
    Graph& graph = graphs_.back();
    try {
      const auto target = make_graph_target(kMembers + 1, owner);
      write(*target);
      target->finish();
      std::vector<double> times = times_of(*target);
      std::sort(times.begin(), times.end());
      graph.least_us = times.front();
      graph.median_us = times[times.size() / 2];
      return graph.median_us;
    } catch (const std::exception& e) {
      graph.refused = e.what();
      return std::nullopt;
    }
  }

  const std::vector<Graph>& graphs() const { return graphs_; }

 private:
  std::vector<double> times_of(ProgramTarget& target) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    for (int i = -timed_ / 20 - 1; i < timed_; ++i) {  // the first warm up
      const auto start = Clock::now();
      target.launch(static_cast<CudaQueue&>(*queue_));
      queue_->wait();
      if (i >= 0) times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    return times;
  }

  std::unique_ptr<Queue> queue_;
  int timed_;
  std::vector<Graph> graphs_;
};

void write_chain(ProgramTarget& target, int kernels) {
  for (int i = 0; i < kernels; ++i) launch_empty(target.queue());
}

// An ensemble as the engine writes it: docs/design/cuda.md, "Who decides".
struct Ensemble {
  int members = kMembers, stop_after = kMembers;
  unsigned sizes = 1;  // at 1 there is no SWITCH
  int layers = 2;      // kernels of a member; the last is its tail
  ConditionOwner owner = ConditionOwner::whole_program;

  void write(ProgramTarget& target) const {
    uint64_t first = 0;
    Settings start;
    if (sizes > 1) start.add(first = target.make_condition(sizes), 0);
    launch_empty(target.queue(), start);
    write_member(target, 1, first);
  }

 private:
  // Member k, and in the body of an IF those after it.
  void write_member(ProgramTarget& target, int k, uint64_t batch) const {
    const bool last = k == members, goes_on = k < stop_after, late = owner == ConditionOwner::innermost_body;
    uint64_t next = 0, next_batch = 0;
    Settings tail, choose_batch;
    if (!last) tail.add(next = target.make_condition(0), goes_on);
    if (!last && sizes > 1 && !late) tail.add(next_batch = target.make_condition(sizes), goes_on ? 0 : sizes);
    const auto body = [&](unsigned) {
      write_chain(target, layers - 1);
      launch_empty(target.queue(), tail);
    };
    if (sizes > 1)
      target.add_switch(batch, sizes, body);
    else
      body(0);
    if (last) return;
    target.begin_if(next);
    if (sizes > 1 && late) {
      choose_batch.add(next_batch = target.make_condition(sizes), 0);
      launch_empty(target.queue(), choose_batch);
    }
    write_member(target, k + 1, next_batch);
    target.end_if();
  }
};

std::optional<double> slope(std::optional<double> more, std::optional<double> fewer, int apart) {
  if (!more || !fewer) return std::nullopt;
  return (*more - *fewer) / apart;
}

nlohmann::ordered_json measure(Launches& launches) {
  using Owner = ConditionOwner;
  const auto number = [](std::optional<double> x) { return x ? nlohmann::ordered_json(*x) : nullptr; };

  // From one kernel to the next: in a plain graph, and in bodies.
  constexpr int kFew = 2;
  const auto gap_in = [&](const std::string& where, const auto& wrap) {
    const auto time = [&](int kernels) {
      return launches.time(fmt::format("{} kernels{}", kernels, where), Owner::whole_program,
                           [&](ProgramTarget& t) { wrap(t, kernels); });
    };
    const auto few = time(kFew);
    return slope(time(kFew + kLayers), few, kLayers);
  };
  const auto gap = gap_in("", write_chain);
  const auto in_if = gap_in(" in an IF", [](ProgramTarget& t, int kernels) {
    t.begin_if(t.make_condition(1));
    write_chain(t, kernels);
    t.end_if();
  });
  const auto in_switch = gap_in(" in a SWITCH", [](ProgramTarget& t, int kernels) {
    t.add_switch(t.make_condition(0), kSizes, [&](unsigned) { write_chain(t, kernels); });
  });

  // One more member less its kernels; and a member that others could follow over one that none can.
  const auto decisions = [&](const std::string& name, const Ensemble& e) {
    const auto time = [&](const std::string& what, const Ensemble& of) {
      return launches.time(name + what, e.owner, [&](ProgramTarget& t) { of.write(t); });
    };
    Ensemble alone = e;
    alone.members = alone.stop_after = 1;
    const auto one = time(": 1 member", alone);
    std::vector<std::optional<double>> stops;
    for (int stop = 1; stop <= e.members; ++stop) {
      Ensemble stopped = e;
      stopped.stop_after = stop;
      stops.push_back(time(fmt::format(": {} members, stop after {}", e.members, stop), stopped));
    }
    auto taken = slope(stops.back(), stops.front(), e.members - 1);
    if (taken && gap) *taken -= e.layers * *gap;
    return nlohmann::ordered_json{{"taken_us", number(taken)},
                                  {"skipped_us", number(slope(stops.front(), one, 1))}};
  };
  nlohmann::ordered_json json = {{"kernel_gap_us", number(gap)},
                                 {"kernel_gap_in_if_us", number(in_if)},
                                 {"kernel_gap_in_switch_us", number(in_switch)}};
  for (const Owner owner : {Owner::whole_program, Owner::innermost_body}) {
    const bool in_bodies = owner == Owner::innermost_body;
    const std::string key = in_bodies ? "_conditions_in_bodies" : "",
                      name = in_bodies ? ", conditions in bodies" : "";
    json["batch_1" + key] = decisions("batch 1" + name, {.owner = owner});
    json["batches" + key] = decisions("7 batch sizes" + name, {.sizes = kSizes, .owner = owner});
  }
  json["members_of_56_kernels"] =
      decisions("members of 56 kernels", {.members = 4, .stop_after = 4, .layers = kLayers});
  return json;
}

void print(const nlohmann::ordered_json& json, const std::vector<Graph>& graphs) {
  fmt::print("{}; microseconds of one launch and its wait\n{:<64}{:>10}{:>10}\n",
             json["device"].get<std::string>(), "graph", "least", "median");
  for (const Graph& g : graphs)
    if (g.refused.empty())
      fmt::print("{:<64}{:>10.2f}{:>10.2f}\n", g.name, g.least_us, g.median_us);
    else
      fmt::print("{:<64}refused: {}\n", g.name, g.refused);
  for (const auto& [name, value] : json.items())
    if (!value.is_string()) fmt::print("{}: {}\n", name, value.dump());
}

int run(int argc, char** argv) {
  const auto cuda = cuda_availability();
  if (!cuda.working) {
    fmt::print(stderr, "conditional_nodes: no GPU can be used here: this measures one ({})\n", cuda.text);
    return 1;
  }
  constexpr int kLaunches = 1000;
  const int timed = argc > 2 ? std::atoi(argv[2]) : kLaunches;
  if (argc > 3 || timed < 1) {
    fmt::print(stderr, "usage: conditional_nodes [JSON [LAUNCHES]]\n");
    return 2;
  }
  const auto device = make_cuda_device(0);
  Launches launches(*device, timed);
  nlohmann::ordered_json json = {{"schema", "fxe.conditional_nodes/2"}, {"device", device->description()}};
  json.update(measure(launches));
  print(json, launches.graphs());
  for (const Graph& g : launches.graphs())
    if (g.refused.empty())
      json["graphs"].push_back({{"graph", g.name}, {"least_us", g.least_us}, {"median_us", g.median_us}});
    else
      json["graphs"].push_back({{"graph", g.name}, {"refused", g.refused}});
  if (argc > 1 && !(std::ofstream(argv[1]) << json.dump(1) << '\n')) {
    fmt::print(stderr, "conditional_nodes: {} cannot be written\n", argv[1]);
    return 1;
  }
  return json["kernel_gap_us"].is_null() ? 1 : 0;
}

}  // namespace

}  // namespace fxe

int main(int argc, char** argv) try { return fxe::run(argc, argv); } catch (const std::exception& e) {
  fmt::print(stderr, "conditional_nodes: {}\n", e.what());
  return 1;
}
