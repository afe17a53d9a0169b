// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "engine/text_list.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/store/store_layout.h"

namespace fxe {

enum class StoreForm {
  fp32,     // every member's logits
  fp16,     // the same, rounded
  compact,  // a PrefixScore (prefix_score.h) of each prefix of the recorded order
};
std::string_view name(StoreForm);

struct StoreMember {
  std::string name;
  std::string model_sha256;    // of the model file; empty: unknown
  int64_t multiply_adds = -1;  // per image; -1: unknown
  double weight = 1, temperature = 1;
  nlohmann::ordered_json preprocess;  // null: unknown
};

// Everything a store says before its images' data. It follows from the command and its inputs alone, so that
// a store that was begun can be recognised byte by byte.
struct StoreHeader {
  StoreForm form = StoreForm::fp32;
  std::string ensemble;     // name
  std::string fingerprint;  // fingerprint.h; empty: unknown
  std::string device, precision;
  int batch = 1;                      // images that members ran on at a time
  std::string content = "file";       // what the images' hashes are of: "file" or "logits"
  Combine combine = Combine::logits;  // of the ensemble; a compact store has no other
  int64_t classes = 0;
  std::vector<std::string> class_names;  // empty, or one per class
  std::vector<StoreMember> members;      // in the ensemble's order
  TextList paths;                        // of images, as in the dataset
  std::vector<int32_t> labels;           // -1: unknown

  size_t images() const { return paths.size(); }
  StoreLayout layout(size_t data_start) const;
};

// Every member in the store's order, joined as the ensemble says, without exits.
OperatingPoint recorded_order(const StoreHeader&);

// Writes the header in chunks (a header of a million paths is large) and returns its size in bytes.
size_t encode_header(const StoreHeader&, const std::function<void(std::span<const std::byte>)>& write);

// The header at the start of a file; data_start is what encode_header() would return. Throws bad_input naming
// `where` if the file is not a store, is damaged, or has another version.
struct DecodedHeader {
  StoreHeader header;
  size_t data_start;
};
DecodedHeader decode_header(std::span<const std::byte> file, const std::string& where);

}  // namespace fxe
