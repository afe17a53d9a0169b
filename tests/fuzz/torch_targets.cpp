// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/target.h"
#include "tests/support/weight_files.h"
#include "weights_converter/torch/file.h"
#include "weights_converter/torch/objects.h"
#include "weights_converter/zip/reader.h"

namespace fxe::fuzz {

namespace {

using namespace test::pickle;
using test::Storages;

void touch_all(const WeightFile& file) {
  for (const auto& [name, tensor] : file.tensors) touch(tensor.bytes);
}

void run_zip(Bytes input) { touch_all(read_torch_zip(input, nullptr)); }

void run_legacy(Bytes input) {
  if (!is_torch_legacy(input)) throw bad_input("not a legacy file");
  touch_all(read_torch_legacy(input, nullptr));
}

void run_pickle(Bytes input) {
  ByteReader reader(input, "the pickle");
  fxe::pickle::Heap heap;
  TorchObjects objects;
  fxe::pickle::Unpickler(heap, objects).load(reader);
  for (const auto& value : heap.values) touch(as_bytes(value.text));
}

std::string two_tensors() {
  return dict({{"a.weight", tensor(storage("FloatStorage", "0", 4), 0, {2, 2}, {2, 1})},
               {"a.turned", tensor(storage("FloatStorage", "0", 4), 1, {1, 2}, {1, 2})}});
}

std::string checkpoint() {
  return dict({{"epoch", "K\x07"},
               {"none", "N"},
               {"loss", "](G" + std::string("\x3f\xe0\0\0\0\0\0\0", 8) + "I4294967296\ne"},
               {"state_dict", dict({{"module.w", tensor(storage("HalfStorage", "k", 2), 0, {}, {})},
                                    {"module.b", tensor(storage("LongStorage", "l", 1), 0, {1}, {1})}})},
               {"optimizer", dict({{"lr", "\x8a\x01\x05"}})}});
}

template <size_t N>
std::string bytes(const char (&text)[N]) {
  return {text, N - 1};
}

// Opcodes that today's torch.save does not write, but that older or other programs do.
std::vector<std::string> rare_pickles() {
  return {bytes("\x80\x04\x95\x05\0\0\0\0\0\0\0\x8c\x01x\x94."),
          bytes("]q\0(K\1K\2\x85\x86h\0\x87"
                "2e\x8f(K\3\x90(\x91."),
          bytes("ccollections\nOrderedDict\n(](](X\1\0\0\0kK\1eetR}b."),
          bytes("\x80\5\x8e\2\0\0\0\0\0\0\0xy\x96\1\0\0\0\0\0\0\0zC\1wB\1\0\0\0vT\1\0\0\0u0000."),
          bytes("ctorch\nSize\n(K\1K\2t\x85Rr\1\0\0\0j\1\0\0\0."),
          bytes("\x8c\5torch\x8c\4Size\x93)\x85}\x92.")};
}

std::vector<std::string> pickle_seeds() {
  auto seeds = rare_pickles();
  seeds.push_back(whole(two_tensors()));
  seeds.push_back(whole(checkpoint()));
  return seeds;
}

const Storages kTwo{{"0", std::string(16, 'f')}}, kCheckpoint{{"k", "abcd"}, {"l", "12345678"}};

std::vector<std::string> zip_seeds() {
  std::vector<std::string> seeds{test::torch_zip(whole(two_tensors()), kTwo),
                                 test::torch_zip(whole(two_tensors()), kTwo, true),
                                 test::torch_zip(whole(checkpoint()), kCheckpoint)};
  for (const std::string& pickle : rare_pickles()) seeds.push_back(test::torch_zip(pickle, {}));
  seeds.push_back(test::zip_file({{.name = "data.pkl", .content = whole(two_tensors()), .zip64 = true},
                                  {.name = "data/0", .content = std::string(16, 'f'), .zip64 = true}}));
  return seeds;
}

std::vector<std::string> legacy_seeds() {
  const Storages same_size{{"k", "abcd"}, {"l", "12345678"}};
  return {test::torch_legacy(whole(two_tensors()), kTwo, 4),
          test::torch_legacy(whole(dict({{"w", tensor(storage("HalfStorage", "k", 2), 0, {2}, {1})}})),
                             {{"k", "abcd"}}, 2)};
}

}  // namespace

Target torch_pickle() { return {"torch_pickle", 4096, run_pickle, pickle_seeds}; }
Target torch_zip() { return {"torch_zip", 4096, run_zip, zip_seeds}; }
Target torch_legacy() { return {"torch_legacy", 4096, run_legacy, legacy_seeds}; }

}  // namespace fxe::fuzz
