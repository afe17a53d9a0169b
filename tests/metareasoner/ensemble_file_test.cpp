// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/ensemble_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/error.h"
#include "metareasoner/policy.h"
#include "metareasoner/predictions_csv.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

constexpr const char* kGood = R"({
  "schema": "fxe.ensemble/1", "name": "pair", "combine": "probabilities",
  "members": [
    {"name": "a", "model": "a.onnx", "weight": 2, "temperature": 1.5, "preprocess": "torchvision-224"},
    {"model": "sub/b.pth", "network": "resnet18", "preprocess": {"resize": {"to": 160, "side": "both"}, "crop": 160}}],
  "profiles": {"default": {"members": ["b", "a"], "thresholds": [0.75], "made": {"by": "hand", "seed": 3}}}
})";

class EnsembleFileTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }
  std::string replaced(const std::string& from, const std::string& to) {
    std::string text = kGood;
    const auto at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    return text.replace(at, from.size(), to);
  }
  std::string error_of(const std::string& text) {
    try {
      read_ensemble_file(write(text));
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
      return e.what();
    }
    return "no error";
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::filesystem::path path_ = std::filesystem::path(testing::TempDir()) / "ensemble_file_test.json";
};

TEST_F(EnsembleFileTest, ReadsWhatTheDesignShows) {
  const auto file = read_ensemble_file(write(kGood));
  EXPECT_EQ(file.name, "pair");
  EXPECT_EQ(file.combine, Combine::probabilities);
  ASSERT_EQ(file.members.size(), 2u);
  EXPECT_EQ(file.members[0].weight, 2);
  EXPECT_EQ(file.members[1].name, "b");
  EXPECT_EQ(file.members[1].preprocess.crop_h, 160);
  const auto& point = file.profiles.at("default").point;
  EXPECT_EQ(point.members, (std::vector<int>{1, 0}));
  EXPECT_EQ(point.weights, (std::vector<double>{1, 2}));
  EXPECT_EQ(point.temperatures, (std::vector<double>{1, 1.5}));
  EXPECT_EQ(point.combine, Combine::probabilities);
  EXPECT_EQ(file.profiles.at("default").made["seed"], 3);
}

TEST_F(EnsembleFileTest, WritesWhatItReads) {
  const auto file = read_ensemble_file(write(kGood));
  write_ensemble_file(file, path_);
  const auto again = read_ensemble_file(path_);
  EXPECT_EQ(again.members[1].preprocess, file.members[1].preprocess);
  EXPECT_EQ(again.members[0].temperature, 1.5);
  EXPECT_EQ(again.profiles.at("default").point.thresholds, file.profiles.at("default").point.thresholds);
  EXPECT_EQ(again.profiles.at("default").made, file.profiles.at("default").made);
}

TEST_F(EnsembleFileTest, ByteOrderMark) {
  const auto path = write(std::string("\xef\xbb\xbf") + kGood);
  EXPECT_TRUE(is_ensemble_file(path));
  EXPECT_EQ(read_ensemble_file(path).members.size(), 2u);
  std::string utf16 = "\xff\xfe";
  for (const char* c = kGood; *c; ++c) utf16 += {*c, '\0'};
  EXPECT_THAT(error_of(utf16), HasSubstr("ensemble_file_test.json: expected UTF-8, found"));
  EXPECT_TRUE(is_ensemble_file(path_));  // so that a command says that, and not that it knows no such format
  EXPECT_FALSE(is_ensemble_file(write({"\xff\xfe{\0\0\0\0\0{}", 10})));  // a safetensors header's length
}

TEST_F(EnsembleFileTest, NamesWhatIsWrong) {
  EXPECT_THAT(error_of("{"), HasSubstr("not JSON"));
  EXPECT_THAT(error_of("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(error_of(replaced("fxe.ensemble/1", "fxe.ensemble/9")), HasSubstr("fxe.ensemble/9"));
  EXPECT_THAT(error_of(replaced("\"weight\"", "\"wieght\"")), HasSubstr("'wieght' (nearest: weight)"));
  EXPECT_THAT(error_of(replaced("\"weight\": 2", "\"weight\": 0")), HasSubstr("above 0"));
  EXPECT_THAT(error_of(replaced("1.5", "\"1.5\"")), HasSubstr("members[0].temperature: expected a number"));
  EXPECT_THAT(error_of(replaced("\"name\": \"a\"", "\"name\": \"b\"")), HasSubstr("two are called 'b'"));
  EXPECT_THAT(error_of(replaced("[0.75]", "[0.75, 0.5]")), HasSubstr("2 members need 1 thresholds, found 2"));
  EXPECT_THAT(error_of(replaced("[\"b\", \"a\"]", "[\"b\", \"c\"]")), HasSubstr("no member is called 'c'"));
  EXPECT_THAT(error_of(replaced("[\"b\", \"a\"]", "[\"b\", \"b\"]")), HasSubstr("appears twice"));
  EXPECT_THAT(error_of(replaced("probabilities", "votes")),
              HasSubstr("expected logits or probabilities, found 'votes'"));
  EXPECT_THAT(error_of(replaced("torchvision-224", "torchvision")), HasSubstr("unknown preset"));
  EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("nested more than 16 levels deep"));
}

TEST_F(EnsembleFileTest, ResolvesPolicies) {
  const auto file = read_ensemble_file(write(kGood));
  EXPECT_EQ(resolve_policy(file, "").text, "stored:default");
  EXPECT_EQ(resolve_policy(file, "stored").point.members, (std::vector<int>{1, 0}));
  EXPECT_EQ(resolve_policy(file, "full").point.thresholds, (std::vector<double>{1}));
  EXPECT_EQ(resolve_policy(file, "first:1").point.members, (std::vector<int>{0}));
  EXPECT_EQ(resolve_policy(file, "t:0.25").point.thresholds, (std::vector<double>{0.25}));
  EXPECT_EQ(resolve_policy(file, "t:-1").point.weights, (std::vector<double>{2, 1}));
  for (const char* bad :
       {"stored:fast", "first:0", "first:3", "first:x", "t:", "t:0.1,0.2", "t:nan", "t:1e300", "half"})
    EXPECT_THROW(resolve_policy(file, bad), Error) << bad;
}

TEST_F(EnsembleFileTest, PredictionsAreQuotedAndExact) {
  {
    OutputFile file(path_);
    PredictionsCsv csv(file);
    csv.add("a, \"b\".png", 3, {7, 0.1f, 1.0f / 3, 0.5f, 2, RowStatus::ok});
    csv.add("c.png", -1, {-1, 0, 0, 0, 4, RowStatus::failed});
    csv.add_unreadable("d.png", 1);
    file.commit();
  }
  std::ifstream file(path_);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(text,
            "path,label,predicted,p1,p2,margin,members,status\n"
            "\"a, \"\"b\"\".png\",3,7,0.100000001,0.333333343,0.5,2,ok\n"
            "c.png,,,,,,4,failed\n"
            "d.png,1,,,,,0,failed\n");
}

}  // namespace
}  // namespace fxe::test
