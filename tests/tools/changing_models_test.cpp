// SPDX-License-Identifier: Apache-2.0
// Models whose files change while they are read, or from one run to the next.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <limits>
#include <thread>

#include "engine/files/descriptor.h"
#include "engine/files/files_read.h"
#include "tests/support/onnx_writer.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

// Changes the model's time once a run has read the model. Meanwhile the run waits for a reader of a pipe.
class ChangesIt {
 public:
  // `read_after`: a file that the run reads after the model; if none is given, the first byte that the run
  // writes to the pipe shows that the model was read.
  ChangesIt(const fs::path& model, const fs::path& pipe, const fs::path& read_after = {}) : pipe_(pipe) {
    mkfifo(pipe.c_str(), 0600);
    start_noting_files();  // an earlier test's file may have had the same inode
    thread_ = std::thread([=, this] {
      std::ifstream stream;
      if (read_after.empty()) {
        stream.open(pipe, std::ios::binary);
        stream.get();
      } else {
        struct stat status {};
        stat(read_after.c_str(), &status);
        while (!was_file_read(status) && !done_) std::this_thread::yield();
      }
      fs::last_write_time(model, fs::last_write_time(model) + std::chrono::seconds(1));
      if (done_) return;
      if (!stream.is_open()) stream.open(pipe, std::ios::binary);
      stream.ignore(std::numeric_limits<std::streamsize>::max());
    });
  }
  ~ChangesIt() {
    done_ = true;
    Descriptor(open(pipe_.c_str(), O_WRONLY | O_NONBLOCK)).close();  // nobody waits for it any longer
    thread_.join();
  }
  ChangesIt(const ChangesIt&) = delete;
  ChangesIt& operator=(const ChangesIt&) = delete;

 private:
  const fs::path pipe_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

class ChangingModels : public testing::Test {
 protected:
  Folder folder;
};

TEST_F(ChangingModels, AreNotConverted) {
  const std::string model = folder / "m.safetensors";
  write_member(model, "cifar_resnet8", 1);
  const ChangesIt changes(model, folder / "pipe");
  expect_refused({"convert", model, "-o", folder / "pipe"}, "m.safetensors: changed while it was read", 1);
}

TEST_F(ChangingModels, AreNotRecorded) {
  const std::string model = folder / "m.safetensors";
  write_member(model, "cifar_resnet8", 1);
  write_text(folder / "images/0/a.ppm", rendered_image(1));
  write_text(folder / "labels", "0/a.ppm 0\n");
  const ChangesIt changes(model, folder / "st.costs.json", folder / "labels");
  expect_refused({"record", model, folder / "images", "-o", folder / "st", "--device", "cpu", "--labels",
                  folder / "labels", "--preprocess", R"({"resize":{"side":"none"},"crop":32})"},
                 "m.safetensors: changed while it was read", 1);
  EXPECT_FALSE(fs::exists(folder / "st"));
}

// Other numbers in a file beside the model are another model.
TEST_F(ChangingModels, AreNotGoneOnWith) {
  onnx_writer::ModelWriter m(13, {1, 3, 8, 8});
  m.node("Flatten", {"x"}, {"flat"});
  auto& weight = *m.graph().add_initializer();
  weight.set_name("w");
  weight.set_data_type(1);
  weight.set_data_location(1);
  for (const int64_t d : {4, 192}) weight.add_dims(d);
  auto* entry = weight.add_external_data();
  entry->set_key("location");
  entry->set_value("b.weights");
  onnx_writer::set(m.node("Gemm", {"flat", "w"}, {"y"}), "transB", 1);
  write_text(folder / "m.onnx", m.finish("y"));
  const auto write_weights = [&](float value) {
    const std::vector<float> values(4 * 192, value);
    write_text(folder / "b.weights",
               {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  };
  for (int i = 0; i < 70; ++i)
    write_text(folder / "images/0/" + std::to_string(100 + i) + ".ppm", rendered_image(1));
  const std::vector<std::string> words = {"record",
                                          folder / "m.onnx",
                                          folder / "images",
                                          "-o",
                                          folder / "st",
                                          "--device",
                                          "cpu",
                                          "--quiet",
                                          "--preprocess",
                                          R"({"resize":{"to":8,"side":"both"},"crop":8})"};
  write_weights(0.5f);
  ASSERT_EQ(fxe(words).code, 0);
  const std::string whole = read_text(folder / "st");
  fs::remove(folder / "st");
  const std::string begun = whole.substr(0, whole.size() - 100);
  write_text(folder / "st.partial", begun);
  write_weights(0.25f);
  expect_refused(words, "was started by another command");
  EXPECT_EQ(read_text(folder / "st.partial"), begun);
  write_weights(0.5f);
  EXPECT_EQ(fxe(words).code, 0);
  EXPECT_EQ(read_text(folder / "st"), whole);
}

}  // namespace
}  // namespace fxe::test
