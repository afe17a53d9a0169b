// SPDX-License-Identifier: Apache-2.0
#include "engine/files/append_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "engine/error.h"
#include "engine/files/file_lock.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void add(const fs::path& path, const std::string& line) {
  AppendFile file(path, find_output(path), "head,line");
  file.add(line);
  file.commit();
}

// Runs f in this many processes at once; false if one of them failed.
bool at_once(int processes, const std::function<void(int)>& f) {
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        f(i);
      } catch (...) {
        _exit(1);
      }
      _exit(0);
    }
    children.push_back(child);
  }
  bool good = true;
  for (const pid_t child : children) {
    int status = 0;
    good &= waitpid(child, &status, 0) == child && status == 0;
  }
  return good;
}

class AppendFiles : public testing::Test {
 protected:
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "results.csv";
};

TEST_F(AppendFiles, StartWithTheirHead) {
  add(path, "1");
  add(path, "2");
  EXPECT_EQ(content(path), "head,line\n1\n2\n");
  folder.write("empty.csv");
  add(folder.path() / "empty.csv", "1");
  EXPECT_EQ(content(folder.path() / "empty.csv"), "head,line\n1\n");
}

TEST_F(AppendFiles, AnotherHeadIsRefused) {
  folder.write("results.csv", "other,line\n1\n");
  try {
    add(path, "2");
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("expected a results file that starts 'head,line', found 'other,lin"));
  }
  EXPECT_EQ(content(path), "other,line\n1\n");
}

TEST_F(AppendFiles, AnUnfinishedLineIsEnded) {
  folder.write("results.csv", "head,line\n1\n2 of which half");
  add(path, "3");
  EXPECT_EQ(content(path), "head,line\n1\n2 of which half\n3\n");
}

// As on a full disk: what was there stays as it was, and what was not there is not made.
TEST_F(AppendFiles, WhatCannotBeWrittenLeavesNothing) {
  const fs::path begun = folder.write("begun.csv", "head,line\n1\n"), empty = folder.write("empty.csv");
  EXPECT_TRUE(at_once(1, [&](int) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20, 20};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::logic_error("no limit");
    for (const fs::path& name : {path, begun, empty}) {
      try {
        add(name, "longer than what there is room for");
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::run_time) continue;
      }
      throw std::logic_error("it was written");
    }
  }));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(content(begun), "head,line\n1\n");
  EXPECT_EQ(content(empty), "");
  EXPECT_TRUE(fs::exists(empty));
}

TEST_F(AppendFiles, OfManyProcessesKeepAllLines) {
  constexpr int kProcesses = 4, kLines = 8;
  ASSERT_TRUE(at_once(kProcesses, [&](int p) {
    for (int i = 0; i < kLines; ++i) add(path, std::to_string(p * kLines + i) + std::string(200, 'x'));
  }));
  std::istringstream lines(content(path));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "head,line");
  std::set<int> found;
  while (std::getline(lines, line)) {
    EXPECT_EQ(line.find_first_not_of("0123456789"), line.size() - 200) << line;
    found.insert(std::stoi(line));
  }
  EXPECT_EQ(found.size(), static_cast<size_t>(kProcesses * kLines));
}

// A number that each process reads, increments and writes back.
TEST_F(AppendFiles, FileLocksLoseNoChange) {
  constexpr int kProcesses = 4, kRounds = 8;
  folder.write("results.csv", "0");
  ASSERT_TRUE(at_once(kProcesses, [&](int) {
    for (int i = 0; i < kRounds; ++i) {
      const FileLock lock(path);
      const int number = std::stoi(content(path));
      OutputFile file(path);
      file.write(std::to_string(number + 1));
      file.commit();
    }
  }));
  EXPECT_EQ(content(path), std::to_string(kProcesses * kRounds));
}

}  // namespace
}  // namespace fxe::test
