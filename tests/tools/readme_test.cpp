// SPDX-License-Identifier: Apache-2.0
// What README.md says there is, there is: commands, options, networks and pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "tests/paths.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

std::string readme() { return read_text(FXE_SOURCE_DIR "/README.md"); }

std::set<std::string> found(const std::string& text, const char* pattern) {
  std::set<std::string> all;
  const std::regex regex(pattern);
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i) all.insert((*i)[1]);
  return all;
}

TEST(Readme, NamesEveryCommandAndNoOther) {
  EXPECT_EQ(found(readme(), R"(\| `fxe ([a-z]+))"), found(fxe({"help"}).out, R"(\n  ([a-z]+) )"));
}

TEST(Readme, CommandsHaveTheOptionsItShows) {
  std::istringstream lines(readme());
  size_t checked = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto commands = found(line, R"((?:build/|`)fxe ([a-z]+))");
    if (commands.size() != 1) continue;
    const std::string help = fxe({*commands.begin(), "--help"}).out;
    for (const auto& option : found(line, R"( (--[a-z-]+))")) {
      EXPECT_THAT(help, HasSubstr(option)) << line;
      ++checked;
    }
  }
  EXPECT_GE(checked, 9u);
}

TEST(Readme, LinksLeadToFiles) {
  const auto links = found(readme(), R"(\]\(([^)#:]+)\))");
  EXPECT_GE(links.size(), 15u);
  for (const auto& link : links)
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(FXE_SOURCE_DIR) / link)) << link;
  for (const auto& script : found(readme(), R"(`?(?:\./)?(tools/[a-z_]+)\b)"))
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(FXE_SOURCE_DIR) / script)) << script;
}

TEST(Readme, NamesEveryFamilyOfNetworks) {
  const std::string networks = fxe({"inspect", "--networks"}).out,
                    text = std::regex_replace(readme(), std::regex("\n"), " ");
  for (const auto& [first, last, said] : {std::tuple("vgg11", "vgg19", "VGG-11 to 19"),
                                          {"resnet18", "resnet152", "ResNet-18 to 152"},
                                          {"densenet121", "densenet201", "DenseNet-121 to 201"},
                                          {"mobilenet_v1", "mobilenet_v3_large", "MobileNet v1 to v3"},
                                          {"efficientnet_b0", "tf_efficientnet_b7", "EfficientNet-B0 to B7"},
                                          {"alexnet", "googlenet", "GoogLeNet"},
                                          {"squeezenet1_0", "shufflenet_v2_x2_0", "ShuffleNet v2"},
                                          {"cifar_resnet20", "convnext_large", "ConvNeXt"},
                                          {"resnext50_32x4d", "wide_resnet50_2", "ResNeXt and Wide ResNet"},
                                          {"resnetaa50", "resnetblur18", "anti-aliased ResNets"}}) {
    EXPECT_THAT(networks, HasSubstr(first));
    EXPECT_THAT(networks, HasSubstr(last));
    EXPECT_THAT(text, HasSubstr(said));
  }
}

}  // namespace
}  // namespace fxe::test
