// SPDX-License-Identifier: Apache-2.0
#include "runtime/batch_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "networks/random_weights.h"
#include "networks/registry.h"

namespace fxe::test {
namespace {

class BatchMemory : public testing::Test {
 protected:
  static Model model() {
    Graph graph = build_network("cifar_resnet8");
    TensorMap weights = random_weights(graph, 1);
    return bind_weights(std::move(graph), std::move(weights), "model");
  }
  std::unique_ptr<Backend> backend = make_cpu_backend(1);
  PlanMember member{"m", model(), *backend, 8};
  std::vector<PlanMember*> members{&member};
  std::vector<size_t> inputs{4 * 3 * 32 * 32};

  std::string refused(size_t free_bytes, bool of_gpu = true) {
    try {
      check_batch_fits(members, inputs, free_bytes, of_gpu);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
      return e.what();
    }
    return "";
  }
};

TEST_F(BatchMemory, IsTheArenaAndWhatEachImageTakes) {
  const size_t image = 4 * (3 * 32 * 32 + 2 * 10) + sizeof(RowResult) + 8;
  EXPECT_EQ(batch_bytes(members, inputs, 8), member.arena_bytes() + 8 * image);
  EXPECT_LT(batch_bytes(members, inputs, 4), batch_bytes(members, inputs, 8));
}

TEST_F(BatchMemory, SaysWhatWasNeededAndWhatWouldFit) {
  const size_t eight = batch_bytes(members, inputs, 8), six = batch_bytes(members, inputs, 6);
  ASSERT_LT(six, eight);
  EXPECT_EQ(refused(eight), "");
  EXPECT_THAT(refused(eight - 1), testing::HasSubstr("--batch 6 would fit"));
  EXPECT_THAT(refused(eight - 1),
              testing::HasSubstr("--batch 8 needs " + std::to_string((eight >> 20) + 1) + " MiB"));
  EXPECT_THAT(refused(six - 1), testing::HasSubstr("--batch 4 would fit"));
  EXPECT_THAT(refused(1000), testing::EndsWith("no batch fits; free memory of other programs, or try "
                                               "--precision fp16"));
  EXPECT_THAT(refused(1000, /*of_gpu=*/false),
              testing::AllOf(testing::HasSubstr("MiB of memory besides weights"),
                             testing::EndsWith("no batch fits; free memory of other programs")));
}

}  // namespace
}  // namespace fxe::test
