// SPDX-License-Identifier: Apache-2.0
// Layer names for NVIDIA's profilers, and times by layer from inside a launched graph.
#include <gtest/gtest.h>

#include <set>

#include "engine/cuda/cuda_device.h"
#include "engine/cuda_availability.h"
#include "engine/error.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/optimize.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/gpu_kernel_clock.h"
#include "metareasoner/cuda/nvtx_ranges.h"
#include "metareasoner/profile/kernel_table.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/metareasoner/fake_ensemble.h"

namespace fxe::test {
namespace {

Model random_model(uint64_t seed) {
  Graph graph = build_network("cifar_resnet8");
  TensorMap weights = random_weights(graph, seed);
  return optimize(bind_weights(std::move(graph), std::move(weights), "cifar_resnet8"));
}

TEST(NvtxRanges, NamesEveryKernelOfEveryMemberAndTellsTheDeviceTheSame) {
  Recorder recorder;
  const auto device = make_recording_device(recorder);
  const auto backend = make_cuda_backend(*device, Precision::fp16, described_device("h200"));
  PlanMember member("m1", random_model(1), *backend, 2);
  const Buffer arena = device->allocate(member.arena_bytes()),
               input = device->allocate(2 * 3072 * sizeof(float)),
               logits = device->allocate(2 * 10 * sizeof(float));
  member.bind(arena.data(), input.as<float>(), logits.as<float>());
  const auto queue = device->make_queue();
  const auto launches = [&] {
    recorder.clear();
    member.enqueue(*queue, 2);
    std::vector<std::string> names;
    for (const auto& e : recorder.events()) names.push_back(e.name);
    return names;
  };
  const auto alone = launches();
  NvtxRanges ranges({&member});
  EXPECT_EQ(launches(), alone);
  const Plan& plan = member.plan(2);
  EXPECT_EQ(ranges.name_of(plan, 1, 0), "m1/" + plan.layers()[1].name + ": " + plan.layers()[1].kernels[0]);
  std::set<std::string> names;
  size_t kernels = 0;
  for (size_t i = 0; i < plan.layers().size(); ++i)
    for (size_t k = 0; k < plan.layers()[i].kernels.size(); ++k, ++kernels)
      names.insert(ranges.name_of(plan, i, k));
  EXPECT_EQ(names.size(), kernels) << "names are distinct";
  EXPECT_EQ(kernels, alone.size());
}

TEST(GpuKernelClock, SaysInOneLineWhatIsMissing) {
  if (cuda_availability().working) GTEST_SKIP() << "a GPU is here: GpuProfile tests it";
  try {
    GpuKernelClock clock({});
    GTEST_SKIP() << "CUPTI starts without a driver here";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::run_time);
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("cupti"), std::string::npos) << e.what();
  }
}

// On a GPU: every kernel that a launched graph or a stream ran for a member belongs to one of its layers, and
// runs as often as members ran.
TEST(GpuProfile, KernelsInsideAGraphAreThoseOfTheLayers) {
  if (!cuda_availability().working) GTEST_SKIP() << "no GPU: " << cuda_availability().text;
  const auto device = make_cuda_device(0);
  const auto backend = make_cuda_backend(*device, Precision::fp32, 0);
  PlanMember a("a", random_model(1), *backend, 1), b("b", random_model(2), *backend, 1);
  for (const std::string how : {"device", "host graph", "host stream"}) {
    GpuKernelClock clock({&a, &b});
    const std::vector<MemberSlot> slots{{&a, 0}, {&b, 0}};
    const auto executor =
        how == "device"
            ? make_device_control(*device, slots, {.capacity = 1})
            : make_host_control(*device, slots, how == "host graph" ? HostLaunch::graph : HostLaunch::stream,
                                {.capacity = 1});
    const int both = executor->prepare(plain_point(2, 1.0)), one = executor->prepare(plain_point(2, -1.0));
    KernelTable table(std::vector<const PlanMember*>{&a, &b});
    clock.watch(true);
    executor->run(both, 1);
    table.add(KernelTable::full, clock.take());
    executor->run(one, 1);
    table.add(KernelTable::flexible, clock.take());
    const auto members = by_member(table.rows(), 2);
    EXPECT_EQ(members[0].calls_run, members[0].calls_full) << how;
    EXPECT_GE(members[0].calls_run, 9) << how;
    EXPECT_EQ(members[1].calls_run, 0) << how;
    EXPECT_EQ(members[1].calls_full, members[0].calls_full) << how;
  }
}

}  // namespace
}  // namespace fxe::test
