// SPDX-License-Identifier: Apache-2.0
// Decoding, resizing and preprocessing against Pillow and torchvision, bit for bit; see pillow_peer.py.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "engine/error.h"
#include "engine/image/decode.h"
#include "engine/input/preprocess.h"
#include "engine/input/text_file.h"
#include "tests/engine/image/checksum.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/input/python_peer.h"
#include "tests/engine/input/shared_data.h"
#include "tests/engine/input/temporary_folder.h"
#include "tests/paths.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

std::string python() { return python_with("PIL, numpy"); }

// The lines of cases.txt. Python must not inherit a sanitizer's library that is preloaded for this program.
std::vector<std::string> run_pillow(const std::string& command, const fs::path& out, const fs::path& photos) {
  const std::string script = FXE_SOURCE_DIR "/tests/engine/image/pillow_peer.py";
  const fs::path log = out / "log";
  std::string line =
      "LD_PRELOAD= " + command + " -W ignore '" + script + "' '" + out.string() + "' >'" + log.string() + "'";
  line.insert(line.find(" >'"), photos.empty() ? "" : " '" + photos.string() + "'");
  if (std::system((line + " 2>&1").c_str()) != 0) {
    std::ostringstream text;
    text << std::ifstream(log).rdbuf();
    throw std::runtime_error("pillow_peer.py failed: " + text.str());
  }
  return read_lines(out / "cases.txt");
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
  return fields;
}

class Peer {
 public:
  // A case's outcome: "" if ours equals Pillow's.
  std::string check(const std::vector<std::string>& f) {
    if (f.at(1) != decoded_path_) {
      std::vector<std::byte> file;
      read_file(f[1], size_t{1} << 30, file);
      decode_image(file, image_);
      decoded_path_ = f[1];
    }
    if (f[0] == "decode") {
      if (image_.width != std::stoi(f.at(2)) || image_.height != std::stoi(f.at(3))) return "another size";
      return compare(std::as_bytes(std::span(image_.rgb)), f.at(4));
    }
    if (f[0] == "resize") {
      resizer_.resize(image_, std::stoi(f.at(2)), std::stoi(f.at(3)),
                      f.at(4) == "bicubic" ? Filter::bicubic : Filter::bilinear,
                      std::stoi(f.at(6)) >= 13 ? Pillow::from_13 : Pillow::up_to_12, resized_);
      return compare(std::as_bytes(std::span(resized_.rgb)), f.at(5));
    }
    const auto p = parse_preprocess(nlohmann::json::parse(f.at(2)), "peer");
    std::vector<float> planes(p.elements());
    preprocessor_.run(p, image_, planes);
    return compare(std::as_bytes(std::span(planes)), f.at(3));
  }

 private:
  static std::string compare(std::span<const std::byte> ours, const std::string& crc) {
    const auto text = fmt::format("{:08x}", crc32(ours));
    return text == crc ? "" : fmt::format("CRC {}, peer {}", text, crc);
  }

  std::string decoded_path_;
  Image image_, resized_;
  Resizer resizer_;
  Preprocessor preprocessor_;
};

// Checks all cases and returns how many there were of each kind.
std::map<std::string, int> check_all(const std::vector<std::string>& lines) {
  Peer peer;
  std::map<std::string, int> counts;
  for (const auto& line : lines) {
    const auto fields = split(line);
    ++counts[fields.at(0)];
    try {
      EXPECT_EQ(peer.check(fields), "") << line;
    } catch (const Error& error) {
      ADD_FAILURE() << line << ": " << error.what();
    }
  }
  std::printf("equal to the peer: %d decoded, %d resized, %d preprocessed\n", counts["decode"],
              counts["resize"], counts["preprocess"]);
  return counts;
}

// Arithmetic coding, and YCCK, which Photoshop writes.
void write_jpegs_that_pillow_cannot(const TemporaryFolder& folder) {
  constexpr int kWidth = 61, kHeight = 47;
  const auto samples = [&](int components) {
    std::vector<uint8_t> values;
    for (int i = 0; i < kWidth * kHeight * components; ++i)
      values.push_back(static_cast<uint8_t>(i / components % kWidth * 4 + i % components * 40 + i / 977 * 3));
    return values;
  };
  const auto write = [&](const char* name, int components, const JpegOptions& options) {
    folder.write(std::string("given/") + name,
                 encode_jpeg(samples(components), kWidth, kHeight, components, options));
  };
  write("ycck.jpg", 4, {.quality = 90, .ycck = true});
  write("ycck_420.jpg", 4, {.quality = 90, .luma_h = 2, .luma_v = 2, .progressive = true, .ycck = true});
  write("arithmetic.jpg", 3, {.quality = 90, .luma_h = 2, .luma_v = 2, .arithmetic = true});
  write("arithmetic_progressive.jpg", 3, {.quality = 90, .progressive = true, .arithmetic = true});
  // Cut before each scan but the first.
  const auto file =
      encode_jpeg(samples(3), kWidth, kHeight, 3, {.quality = 90, .luma_h = 2, .progressive = true});
  constexpr std::string_view kScan = "\xff\xda", kEnd = "\xff\xd9";
  for (auto at = file.find(kScan, file.find(kScan) + 1); at != file.npos; at = file.find(kScan, at + 1))
    folder.write(fmt::format("given/scans_to_{}.jpg", at), file.substr(0, at) + std::string(kEnd));
}

TEST(PillowPeer, FormatsAndAwkwardSizes) {
  const auto command = python();
  if (command.empty()) GTEST_SKIP() << "no Python with Pillow and numpy";
  const TemporaryFolder folder;
  write_jpegs_that_pillow_cannot(folder);
  const auto counts = check_all(run_pillow(command, folder.path(), {}));
  EXPECT_EQ(counts.at("decode"), 101);
  EXPECT_GE(counts.at("resize"), 282);
  if (!counts.at("preprocess")) GTEST_SKIP() << "preprocessing not compared: no torchvision in " << command;
}

TEST(PillowPeer, Photographs) {
  const auto photos = shared_data("imagenet/photos");
  if (photos.empty()) GTEST_SKIP() << "no imagenet/photos in $FXE_DATA or ../shared/data";
  const auto command = python();
  if (command.empty()) GTEST_SKIP() << "no Python with Pillow and numpy";
  const TemporaryFolder folder;
  const auto counts = check_all(run_pillow(command, folder.path(), photos));
  EXPECT_EQ(counts.at("decode"), 143);
  EXPECT_EQ(counts.at("resize"), 143);
  if (!counts.at("preprocess")) GTEST_SKIP() << "preprocessing not compared: no torchvision in " << command;
}

}  // namespace
}  // namespace fxe::test
