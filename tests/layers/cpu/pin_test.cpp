// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <sched.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "engine/affinity.h"
#include "engine/error.h"
#include "layers/cpu/workers.h"
#include "layers/run_plan.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

std::set<int> processors_of_this_thread() {
  cpu_set_t mask[8] = {};
  EXPECT_EQ(sched_getaffinity(0, sizeof mask, mask), 0);
  std::set<int> processors;
  for (int i = 0; i < 8 * CPU_SETSIZE; ++i)
    if (CPU_ISSET_S(i, sizeof mask, mask)) processors.insert(i);
  return processors;
}

// On a thread of its own, which may be left pinned.
template <class F>
void aside(const F& f) {
  std::thread(f).join();
}

TEST(Pin, EachThreadStaysOnAProcessorOfItsOwn) {
  if (usable_processors().size() < 2) GTEST_SKIP() << "this process may use one processor only";
  aside([] {
    const std::vector<int> two{usable_processors()[0], usable_processors()[1]};
    cpu::Workers workers(2, two);
    workers.pin_caller();
    EXPECT_EQ(processors_of_this_thread(), std::set{two[0]});

    std::mutex mutex;
    std::set<std::set<int>> of_workers;
    for (int loop = 0; loop < 1000 && of_workers.size() < 2; ++loop)
      workers.run(64, [&](int64_t) {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        const std::lock_guard lock(mutex);
        of_workers.insert(processors_of_this_thread());
      });
    EXPECT_EQ(of_workers, (std::set<std::set<int>>{{two[0]}, {two[1]}}));

    std::vector<std::set<int>> of_openmp(2);
#pragma omp parallel num_threads(2)
    of_openmp[static_cast<size_t>(omp_get_thread_num())] = processors_of_this_thread();
    EXPECT_THAT(of_openmp, testing::ElementsAre(std::set{two[0]}, std::set{two[1]}));

    aside([&] {
      EXPECT_EQ(processors_of_this_thread(), std::set{two[0]}) << "its starter's";
      unpin_this_thread();
      EXPECT_EQ(processors_of_this_thread(),
                std::set<int>(usable_processors().begin(), usable_processors().end()));
    });
  });
}

TEST(Pin, FromTheFirstRunOn) {
  if (usable_processors().size() < 2) GTEST_SKIP() << "this process may use one processor only";
  const Model model = random_model(1);
  for (const int64_t batch : {1, 4}) {  // layer by layer, by per-thread plans
    const auto images = random_images(model, batch, 1);
    const auto expected = run_model(model, *make_cpu_backend(2), images, batch);
    aside([&] {
      const auto pinned = make_cpu_backend(2, Precision::fp32, true);
      EXPECT_EQ(processors_of_this_thread().size(), usable_processors().size());
      EXPECT_EQ(run_model(model, *pinned, images, batch), expected);
      EXPECT_EQ(processors_of_this_thread(), std::set{usable_processors()[0]});
    });
  }
}

TEST(Pin, AProcessorThatIsNotThereIsAnErrorAndNoHang) {
  const int none = 8 * CPU_SETSIZE - 1;
  EXPECT_THROW(cpu::Workers(3, {0, usable_processors()[0], none}), Error);
}

TEST(Pin, NoMoreThreadsThanProcessors) {
  const auto processors = static_cast<int>(usable_processors().size());
  try {
    make_cpu_backend(processors + 1, Precision::fp32, true);
    FAIL() << "it was made";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_THAT(e.what(), testing::HasSubstr("use --threads " + std::to_string(processors) + " or less"));
  }
}

}  // namespace
}  // namespace fxe::test
