// SPDX-License-Identifier: Apache-2.0
// What fxe records and imports: stores, their costs, arrays, and predictions of other runs.
#include "engine/input/text_file.h"
#include "metareasoner/predictions_csv.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/npy_file.h"
#include "metareasoner/store/store.h"
#include "tests/fuzz/store_builder.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

namespace {

void run_store(Bytes input) {
  // Mapped files begin at a page.
  const std::vector<std::byte> aligned(input.begin(), input.end());
  const Store store = Store::read(aligned, nullptr, "store");
  recorded_order(store.header());
  for (size_t i = 0; i < store.images(); ++i) {
    store.readable(i);
    touch(store.hash(i));
  }
  std::vector<float> scratch;
  for (size_t block = 0; block < store.blocks(); ++block) {
    if (store.is_compact()) {
      touch(std::as_bytes(store.prefixes(block)));
      continue;
    }
    for (size_t member = 0; member < store.members(); ++member)
      touch(std::as_bytes(store.logits(block, member, scratch)));
  }
}

std::string store(StoreForm form, size_t images, size_t members, bool names) {
  StoreHeader header{.form = form, .ensemble = "e", .fingerprint = "f", .device = "cpu", .precision = "fp32"};
  header.classes = 3;
  if (names) header.class_names = {"a", "b", "c"};
  for (size_t m = 0; m < members; ++m)
    header.members.push_back({.name = "m" + std::to_string(m), .model_sha256 = "00", .multiply_adds = 7});
  header.members[0].preprocess = {{"resize", {{"to", 4}}}, {"crop", {4, 4}}};
  for (size_t i = 0; i < images; ++i) {
    header.paths.push_back(std::to_string(i) + ".png");
    header.labels.push_back(static_cast<int32_t>(i % 4) - 1);
  }
  return std::string(as_text(build_store(header)));
}

std::vector<std::string> store_seeds() {
  return {store(StoreForm::fp32, 2, 1, true), store(StoreForm::fp16, 3, 2, false),
          store(StoreForm::compact, 2, 2, false), store(StoreForm::fp16, 65, 1, false),
          store(StoreForm::fp32, 0, 1, false)};
}

void run_cost_table(Bytes input) {
  const CostTable costs = CostTable::parse(as_text(input), "costs");
  for (size_t m = 0; m < costs.members().size(); ++m)
    for (const int64_t batch : {1, 3, 1000000}) costs.ms(m, batch);
}

std::vector<std::string> cost_table_seeds() {
  return {
      R"({"schema":"fxe.costs/1","device":"cpu","members":[{"name":"a","costs":[{"batch":1,"ms":0.5,"runs":3},)"
      R"({"batch":8,"ms":2,"runs":1}]},{"name":"b","costs":[{"batch":4,"ms":1e1,"runs":9}]}]})",
      R"({"schema":"fxe.costs/1","members":[{"name":"a","costs":[{"batch":1,"ms":0,"runs":1}]}]})"};
}

void run_npy(Bytes input) {
  const Tensor t = parse_npy(input, "a.npy");
  touch(t.bytes);
  t.to_float();
}

std::string npy(char version, const std::string& header, const std::string& data) {
  std::string text = "\x93NUMPY";
  text += {version, '\0', static_cast<char>(header.size()), '\0'};
  if (version > 1) text += std::string(2, '\0');
  return text + header + data;
}

std::vector<std::string> npy_seeds() {
  return {npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }     \n", std::string(24, 'x')),
          npy(2, "{'shape': (4,), \"fortran_order\": False, 'descr': '<f2'}\n", "abcdefgh"),
          npy(3, "{'descr': '<f8', 'fortran_order': False, 'shape': ()}\n", "abcdefgh"),
          npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (0, 7)}\n", "")};
}

void run_predictions(Bytes input) {
  PredictionsReader reader("p.csv", std::string(as_text(input)));
  size_t bytes = 0;
  while (reader.next()) bytes += reader.path().size() + reader.fields().size();
  if (bytes > input.size()) throw std::logic_error("more than there is");
}

std::vector<std::string> predictions_seeds() {
  const std::string head = "path,label,predicted,p1,p2,margin,members,status\n";
  return {head, head + "a/b.jpg,3,3,0.9,0.05,0.85,1,ok\nc.jpg,1 2,,,,,0,failed\n",
          head + "\"a,\"\"b\"\"\nc.jpg\",,4,0.5,0.25,0.25,2,deadline\r\n"};
}

}  // namespace

Target store() { return {"store", 5120, run_store, store_seeds}; }
Target cost_table() { return {"cost_table", 1024, run_cost_table, cost_table_seeds}; }
Target npy() { return {"npy", 512, run_npy, npy_seeds}; }
Target predictions() { return {"predictions", 1024, run_predictions, predictions_seeds}; }

}  // namespace fxe::fuzz
