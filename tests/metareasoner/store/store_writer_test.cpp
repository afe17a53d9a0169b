// SPDX-License-Identifier: Apache-2.0
// The state of a store after its writer was stopped, wherever that was.
#include "metareasoner/store/store_writer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "metareasoner/store/store.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

class StoreWriterOfForm : public testing::TestWithParam<StoreForm> {
 protected:
  const StoreCase case_{150, 2, 3, 1, GetParam()};
  const StoreFolder folder_;

  std::string in_one_go() const {
    case_.write(folder_ / "whole");
    return bytes_of(folder_ / "whole");
  }
};

// A process that is killed leaves the bytes it has written: a prefix of the file.
TEST_P(StoreWriterOfForm, GoesOnFromEveryLengthAndEndsInTheSameBytes) {
  const std::string whole = in_one_go();
  const StoreLayout layout = case_.header.layout(encode_header(case_.header, [](auto) {}));
  std::set<size_t> lengths = {0, 1, 40, layout.data_start - 1, layout.data_start};
  for (size_t b = 0; b < layout.blocks(); ++b) {
    const size_t start = layout.block_start(b), bytes = layout.block_bytes(layout.images_in(b));
    lengths.insert({start + 1, start + bytes / 2, start + bytes - 1, start + bytes});
  }
  std::set<size_t> kept;
  for (const size_t length : lengths) {
    put_bytes(folder_ / "s.partial", whole.substr(0, length));
    {
      StoreWriter writer(folder_ / "s", case_.header);
      kept.insert(writer.kept().size());
      case_.append(writer, case_.images());
      writer.finish();
    }
    ASSERT_EQ(bytes_of(folder_ / "s"), whole) << "from " << length << " bytes";
    std::filesystem::remove(folder_ / "s");
  }
  EXPECT_EQ(kept, (std::set<size_t>{0, 64, 128, 150}));
}

// A machine that lost its power may leave pages of zeros.
TEST_P(StoreWriterOfForm, DoesNotKeepABlockThatIsNotWhole) {
  const std::string whole = in_one_go();
  std::string torn = whole;
  std::fill(torn.begin() + static_cast<std::ptrdiff_t>(torn.size() * 3 / 4), torn.end(), '\0');
  put_bytes(folder_ / "s.partial", torn);
  StoreWriter writer(folder_ / "s", case_.header);
  EXPECT_LT(writer.kept().size(), 150u);
  EXPECT_EQ(writer.kept().size() % 64, 0u);
  case_.append(writer, case_.images());
  writer.finish();
  EXPECT_EQ(bytes_of(folder_ / "s"), whole);
}

TEST_P(StoreWriterOfForm, SurvivesBeingKilled) {
  const std::string whole = in_one_go();
  for (const size_t images : {1u, 63u, 64u, 100u, 128u, 149u, 150u}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      StoreWriter writer(folder_ / "s", case_.header);
      case_.append(writer, std::max(images, writer.kept().size()));
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "s"));
  }
  case_.write(folder_ / "s");
  EXPECT_EQ(bytes_of(folder_ / "s"), whole);
}

// The limit on a file's size stands for a full disk: write() fails the same way.
TEST_P(StoreWriterOfForm, AFullDiskLosesNothing) {
  const std::string whole = in_one_go();
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  for (const size_t share : {2u, 3u, 5u, 9u}) {
    rlimit limit = before;
    limit.rlim_cur = whole.size() * share / 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string error;
    try {
      StoreWriter writer(folder_ / "s", case_.header);
      case_.append(writer, case_.images());
    } catch (const Error& e) {
      error = e.what();
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
    }
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_NE(error.find("make room and run the same command again"), std::string::npos) << error;
  }
  StoreWriter writer(folder_ / "s", case_.header);
  EXPECT_EQ(writer.kept().size(), 128u);
  case_.append(writer, case_.images());
  writer.finish();
  EXPECT_EQ(bytes_of(folder_ / "s"), whole);
}

INSTANTIATE_TEST_SUITE_P(Forms, StoreWriterOfForm,
                         testing::Values(StoreForm::fp32, StoreForm::fp16, StoreForm::compact),
                         [](const auto& form) { return std::string(name(form.param)); });

TEST(StoreWriter, RefusesWhatAnotherCommandBegan) {
  const StoreFolder folder;
  const StoreCase c(100, 2, 3, 1);
  {
    StoreWriter writer(folder / "s", c.header);
    c.append(writer, 64);
  }
  const std::string begun = bytes_of(folder / "s.partial");
  const auto refused = [&](auto change) {
    StoreHeader other = c.header;
    change(other);
    return error_of([&] { StoreWriter(folder / "s", other); });
  };
  using H = StoreHeader;
  EXPECT_NE(refused([](H& h) { h.form = StoreForm::fp16; }).find("its form is fp32, not fp16"),
            std::string::npos);
  EXPECT_NE(refused([](H& h) { h.batch = 8; }).find("its batch is 1, not 8"), std::string::npos);
  EXPECT_NE(refused([](H& h) { h.device = "gpu"; }).find("begun on 'cpu', this is 'gpu'"), std::string::npos);
  EXPECT_NE(refused([](H& h) { h.fingerprint[0] = '0'; }).find("another ensemble"), std::string::npos);
  EXPECT_NE(refused([](H& h) { h.labels[50] = 0, h.labels[51] = 1; }).find("images or labels"),
            std::string::npos);
  EXPECT_NE(refused([](H& h) { h.paths.keep_first(99), h.labels.pop_back(); }).find("of 100 images, not 99"),
            std::string::npos);
  EXPECT_EQ(bytes_of(folder / "s.partial"), begun) << "what was begun must stay as it is";
  put_bytes(folder / "s.partial", "somebody's notes");
  EXPECT_NE(refused([](H&) {}).find("s.partial: not a logit store"), std::string::npos);
  EXPECT_EQ(bytes_of(folder / "s.partial"), "somebody's notes");
}

// A header of many images is compared and written in chunks.
TEST(StoreWriter, GoesOnInsideALongHeader) {
  const StoreFolder folder;
  const StoreCase c(3000, 1, 2, 1);
  c.write(folder / "whole");
  const std::string whole = bytes_of(folder / "whole");
  const size_t header = c.header.layout(encode_header(c.header, [](auto) {})).data_start;
  ASSERT_GT(header, 60'000u);
  for (const size_t length : {size_t{1}, size_t{16'384}, size_t{20'000}, size_t{50'000}, header - 1}) {
    put_bytes(folder / "s.partial", whole.substr(0, length));
    c.write(folder / "s");
    EXPECT_EQ(bytes_of(folder / "s"), whole) << "from " << length << " bytes";
    std::filesystem::remove(folder / "s");
  }
  put_bytes(folder / "s.partial", whole.substr(0, header));
  StoreHeader other = c.header;
  other.paths.keep_first(2999);
  other.paths.push_back("folder/2999.PNG");
  EXPECT_NE(error_of([&] { StoreWriter(folder / "s", other); }).find("images or labels"), std::string::npos);
  EXPECT_EQ(bytes_of(folder / "s.partial"), whole.substr(0, header));
}

TEST(StoreWriter, RefusesAFinishedStoreAndASecondWriter) {
  const StoreFolder folder;
  const StoreCase c(10, 2, 3, 1);
  {
    StoreWriter first(folder / "s", c.header);
    EXPECT_NE(error_of([&] { StoreWriter(folder / "s", c.header); }).find("written by another process"),
              std::string::npos);
    c.append(first, 10);
    first.finish();
  }
  EXPECT_NE(error_of([&] { StoreWriter(folder / "s", c.header); }).find("s exists"), std::string::npos);
}

}  // namespace
}  // namespace fxe::test
