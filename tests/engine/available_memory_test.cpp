// SPDX-License-Identifier: Apache-2.0
#include "engine/available_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <fstream>

#include "tests/engine/input/temporary_folder.h"
#include "tests/support/allocations.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

class AvailableMemory : public testing::Test {
 protected:
  AvailableMemory() {
    write("proc/meminfo",
          "MemTotal: 9000 kB\nMemAvailable:    5000 kB\nSwapTotal: 1 kB\nSwapFree: 1000 kB\n");
  }
  void write(const fs::path& name, const std::string& text) {
    fs::create_directories((root_.path() / name).parent_path());
    std::ofstream(root_.path() / name) << text;
  }
  void write_group(const fs::path& folder, const std::string& limit, const std::string& used) {
    write(folder / "memory.max", limit + "\n");
    write(folder / "memory.current", used + "\n");
  }
  size_t there() const { return available_memory(root_.path()); }

  const TemporaryFolder root_;
};

TEST_F(AvailableMemory, OfTheSystemWithItsSwap) { EXPECT_EQ(there(), 6000u * 1024); }

TEST_F(AvailableMemory, IsUnlimitedWhereNothingSays) {
  fs::remove_all(root_.path() / "proc");
  EXPECT_EQ(there(), SIZE_MAX);
}

TEST_F(AvailableMemory, OfTheNarrowestGroupAbove) {
  write("proc/self/cgroup", "0::/a/b/c\n");
  write_group("sys/fs/cgroup/a/b/c", "max", "700");
  EXPECT_EQ(there(), 6000u * 1024);
  write_group("sys/fs/cgroup/a/b", "4000", "1000");
  EXPECT_EQ(there(), 3000u);
  write_group("sys/fs/cgroup/a", "9000", "6500");
  EXPECT_EQ(there(), 2500u);
  // Cached pages of files can be dropped.
  write("sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 100\nactive_file 30\nfile 999\n");
  EXPECT_EQ(there(), 2630u);
  write_group("sys/fs/cgroup", "50", "51");
  EXPECT_EQ(there(), 0u);
}

TEST_F(AvailableMemory, OfGroupsOfVersion1) {
  write("proc/self/cgroup", "7:cpu:/x\n4:memory:/not/seen/here\n0::/x\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "5000\n");
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", "4000\n");
  write("sys/fs/cgroup/memory/memory.stat",
        "inactive_file 7\ntotal_inactive_file 500\ntotal_active_file 0\n");
  EXPECT_EQ(there(), 1500u);
}

TEST_F(AvailableMemory, HereIsSome) {
  EXPECT_GT(available_memory(), size_t{1} << 20);
  EXPECT_LT(available_memory(), size_t{1} << 50);
}

TEST(AvailableMemoryDeathTest, OfALimitOnAddresses) {
  if (!can_count_allocations()) GTEST_SKIP() << "a sanitizer needs the address space that this test limits";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto limited = [] {
    const rlimit limit{256 << 20, 256 << 20};
    if (setrlimit(RLIMIT_AS, &limit) != 0) std::exit(3);
    const size_t there = available_memory();
    std::exit(there < (size_t{256} << 20) && there > (size_t{16} << 20) ? 0 : 4);
  };
  EXPECT_EXIT(limited(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fxe::test
