// SPDX-License-Identifier: Apache-2.0
// fxe reads what PyTorch saves bit for bit as PyTorch does, or refuses it with the right words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "engine/error.h"
#include "tests/support/python_peer.h"
#include "weights_converter/read.h"

namespace fxe {
namespace {

namespace fs = std::filesystem;

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += fmt::format("{:02x}", std::to_integer<int>(b));
  return text;
}

std::string describe(const WeightFile& file) {
  std::vector<std::string> lines;
  for (const auto& [key, tensor] : file.tensors) {
    std::string dims;
    for (const int64_t d : tensor.shape.dims()) dims += (dims.empty() ? "" : "x") + std::to_string(d);
    lines.push_back(fmt::format("{} {} {}. {}", key, name(tensor.dtype), dims, hex(tensor.bytes)));
  }
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::string sorted_lines(const std::string& text) {
  std::istringstream in(text);
  std::map<std::string, std::string> lines;  // by tensor name, as TensorMap orders them
  for (std::string line; std::getline(in, line);) lines[line.substr(0, line.find(' '))] = line;
  std::string out;
  for (const auto& [key, line] : lines) out += line + "\n";
  return out;
}

TEST(TorchPeer, EverySavedFileIsReadAsPyTorchReadsIt) {
  const std::string python = test::python_with("torch, numpy");
  if (python.empty()) GTEST_SKIP() << "no Python with torch and numpy";
  const fs::path folder = test::run_script(python, "weights_converter/torch/make_files.py");
  int files = 0, errors = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".pth") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string expected = test::read_text(fs::path(entry.path()).replace_extension(".expected"));
    ++files;
    if (expected.starts_with("error ")) {
      ++errors;
      const std::string part = expected.substr(6, expected.size() - 7);
      try {
        read_weight_file(entry.path());
        ADD_FAILURE() << "expected an error with: " << part;
      } catch (const Error& e) {
        EXPECT_EQ(e.kind(), ErrorKind::bad_input);
        EXPECT_THAT(e.what(), testing::HasSubstr(part));
        EXPECT_THAT(e.what(), testing::HasSubstr(entry.path().string()));
        EXPECT_THAT(e.what(), testing::Not(testing::HasSubstr("\n")));
      }
    } else {
      try {
        EXPECT_EQ(describe(read_weight_file(entry.path())), sorted_lines(expected));
      } catch (const Error& e) {
        ADD_FAILURE() << e.what();
      }
    }
  }
  EXPECT_GE(files, 20);
  EXPECT_GE(errors, 6);
}

TEST(TorchPeer, NotesTellWhatWasChosen) {
  const std::string python = test::python_with("torch, numpy");
  if (python.empty()) GTEST_SKIP() << "no Python with torch and numpy";
  const fs::path folder = test::run_script(python, "weights_converter/torch/make_files.py");
  EXPECT_THAT(read_weight_file(folder / "checkpoint.pth").notes,
              testing::ElementsAre(
                  testing::StartsWith("weights are those under 'state_dict'; not read: the outermost dict"),
                  "all tensors begin with 'module.': left out of their names"));
  EXPECT_THAT(read_weight_file(folder / "lightning.pth").notes,
              testing::ElementsAre("weights are those under 'state_dict'",
                                   "all tensors begin with 'net.': left out of their names"));
  EXPECT_THAT(
      read_weight_file(folder / "ema.pth").notes,
      testing::ElementsAre("weights are those under 'state_dict'; not read: 'state_dict_ema' (--state-dict "
                           "NAME reads another)"));
  EXPECT_THAT(
      read_weight_file(folder / "several.pth").notes,
      testing::ElementsAre(testing::StartsWith("weights are those under 'model'; not read: 'model_ema' (")));
  EXPECT_THAT(read_weight_file(folder / "zip_protocol2.pth").notes, testing::IsEmpty());
}

}  // namespace
}  // namespace fxe
