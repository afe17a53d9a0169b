// SPDX-License-Identifier: Apache-2.0
#include "engine/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <new>
#include <stdexcept>

#include "engine/error.h"

namespace fxe {
namespace {

using testing::ExitedWithCode;
using testing::KilledBySignal;

void say_cleaned() { [[maybe_unused]] const auto ignored = write(STDERR_FILENO, "cleaned", 7); }
template <int N>
void other() {}

// In processes of their own: handlers stay installed.
class Signals : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  static void begin() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_DFL);
    install_signal_handlers();
  }
};

TEST_F(Signals, EndTheProgramAfterItsCleanup) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EXIT(
        {
          begin();
          at_signal(say_cleaned);
          at_signal(say_cleaned);  // still once
          raise(number);
        },
        KilledBySignal(number), "^cleaned$");
}

TEST_F(Signals, TheFirstAsksForAStopAndTheSecondEnds) {
  EXPECT_EXIT(
      {
        begin();
        const StopRequest stop;
        if (stop) exit(1);
        raise(SIGTERM);
        if (!stop || stop.signal() != SIGTERM) exit(2);
        raise(SIGINT);
        exit(3);
      },
      KilledBySignal(SIGINT), "");
}

TEST_F(Signals, AskForNothingOnceTheRequestIsGone) {
  EXPECT_EXIT(
      {
        begin();
        {
          const StopRequest stop;
          raise(SIGINT);
        }
        const StopRequest again;
        exit(again ? 1 : 0);
      },
      ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        begin();
        { const StopRequest stop; }
        raise(SIGINT);
        exit(1);
      },
      KilledBySignal(SIGINT), "");
}

TEST_F(Signals, AHangUpIsNoRequest) {
  EXPECT_EXIT(
      {
        begin();
        const StopRequest stop;
        raise(SIGHUP);
        exit(1);
      },
      KilledBySignal(SIGHUP), "");
}

TEST_F(Signals, ThatWereIgnoredStayIgnored) {
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        install_signal_handlers();
        raise(SIGINT);
        exit(0);
      },
      ExitedWithCode(0), "");
}

// As in a destructor.
void where_nothing_may_be_thrown(void (*f)()) noexcept { f(); }

TEST_F(Signals, MemoryThatFailsWhereNothingMayBeThrownIsALine) {
  EXPECT_EXIT(
      {
        begin();
        at_signal(say_cleaned);
        where_nothing_may_be_thrown([] { throw std::bad_alloc(); });
      },
      ExitedWithCode(1), "^fxe: out of memory; try a smaller --batch\ncleaned$");
  EXPECT_EXIT(
      {
        begin();
        where_nothing_may_be_thrown([] { throw std::runtime_error("a mistake"); });
      },
      KilledBySignal(SIGABRT), "a mistake");
}

TEST_F(Signals, HaveRoomForAFewCleanups) {
  EXPECT_EXIT(
      {
        at_signal(other<0>);
        at_signal(other<1>);
        at_signal(other<2>);
        at_signal(other<3>);
        at_signal(other<3>);
        try {
          at_signal(other<4>);
        } catch (const Error&) {
          exit(0);
        }
        exit(1);
      },
      ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fxe
