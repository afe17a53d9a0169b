// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/objective.h"

#include <gtest/gtest.h>

#include "tests/engine/input/expect_error.h"

namespace fxe::test {
namespace {

TEST(Objective, ReadsWhatTheDocumentationShows) {
  Objective o = parse_objective("gap<=0.1pt");
  EXPECT_EQ(o.kind, Objective::Kind::least_time);
  EXPECT_EQ(o.loss, LossKind::gap);
  EXPECT_NEAR(o.limit, 0.001, 1e-15);
  o = parse_objective("time<=5ms");
  EXPECT_EQ(o.kind, Objective::Kind::most_accuracy);
  EXPECT_EQ(o.limit, 5);
  o = parse_objective("time<=60%");
  EXPECT_EQ(o.time_unit, Objective::TimeUnit::share_of_full);
  EXPECT_EQ(o.limit, 0.6);
  o = parse_objective("disagreement<=1pt@95%,path=fitted");
  EXPECT_EQ(o.kind, Objective::Kind::guaranteed);
  EXPECT_EQ(o.loss, LossKind::disagreement);
  EXPECT_NEAR(o.delta, 0.05, 1e-12);
  EXPECT_FALSE(o.fixed_path);
  EXPECT_TRUE(parse_objective("harm<=1pt@95%").fixed_path);
  o = parse_objective("published");
  EXPECT_EQ(o.kind, Objective::Kind::published);
  EXPECT_EQ(o.alphas, std::vector<double>{0.5});
  EXPECT_EQ(o.rule.order, PublishedRule::Order::forward);
  EXPECT_EQ(o.rule.time, PublishedRule::Time::relative);
  EXPECT_EQ(o.rule.error, PublishedRule::Error::percent);
  o = parse_objective("published,alpha=0:1:0.25,R=abs,E=frac,order=alone");
  EXPECT_EQ(o.alphas, (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(o.rule.order, PublishedRule::Order::alone);
  EXPECT_EQ(o.rule.time, PublishedRule::Time::absolute);
  EXPECT_EQ(o.rule.error, PublishedRule::Error::fraction);
  EXPECT_EQ(parse_objective("published,alpha=0.1:1:0.1").alphas.size(), 10u);
}

TEST(Objective, RefusesEverythingElseSayingWhatWasExpected) {
  const std::pair<const char*, const char*> refused[] = {
      {"", "expected gap<="},
      {"gap", "expected gap<="},
      {"gap<=0.1", "expected points such as 0.1pt, found '0.1'"},
      {"gap<=pt", "expected points"},
      {"gap<=nanpt", "expected points"},
      {"gap<=200pt", "-100pt to 100pt"},
      {"harm<=-1pt", "0pt or more"},
      {"speed<=1pt", "expected gap, harm, disagreement, found 'speed'"},
      {"time<=5", "expected a time such as 5ms"},
      {"time<=0ms", "above 0"},
      {"time<=-5%", "above 0"},
      {"gap<=1pt@90", "a confidence such as 90%"},
      {"gap<=1pt@100%", "below 100%"},
      {"gap<=0pt@90%", "can be guaranteed"},
      {"harm<=1pt@90%,path=bent", "expected fixed, fitted, found 'bent'"},
      {"harm<=1pt,path=fixed", "does not belong there"},
      {"time<=5ms,x", "does not belong there"},
      {"published,alpha=1.01", "expected 0 to 1, found 1.01"},
      {"published,alpha=-0.5", "expected 0 to 1"},
      {"published,alpha=half", "found 'half'"},
      {"published,alpha=0:2:0.1", "expected 0 to 1, found 2"},
      {"published,alpha=0:1:0", "FIRST:LAST:STEP"},
      {"published,alpha=0:1:1e-9", "FIRST:LAST:STEP"},
      {"published,alpha=1:2", "FIRST:LAST:STEP"},
      {"published,R=ms", "R: expected rel, abs, found 'ms'"},
      {"published,E=x", "E: expected pct, frac"},
      {"published,order=up", "order: expected forward, shared, alone, joint"},
      {"published,beta=1", "expected alpha=, R=, E= or order="}};
  for (const auto& [text, part] : refused) {
    const auto error = error_of([&] { parse_objective(text); });
    EXPECT_NE(error.find(part), std::string::npos) << "'" << text << "': " << error;
    EXPECT_NE(error.find(std::string("'") + text + "'"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace fxe::test
