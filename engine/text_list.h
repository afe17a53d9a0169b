// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"

namespace fxe {

// Many short texts in little memory, such as the paths of a folder's images: their characters one after the
// other and four bytes for each. Copies share their memory until one of them changes.
class TextList {
 public:
  TextList() = default;
  TextList(std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) push_back(text);
  }

  size_t size() const { return data_ ? data_->ends.size() : 0; }
  bool empty() const { return size() == 0; }
  // Valid until the list changes.
  std::string_view operator[](size_t i) const {
    const size_t begin = i ? data_->ends[i - 1] : 0;
    return std::string_view(data_->text).substr(begin, data_->ends[i] - begin);
  }
  size_t characters() const { return data_ ? data_->text.size() : 0; }  // of all

  // Throws bad_input where all texts together would have 4 GiB or more.
  void push_back(std::string_view text) {
    if (text.size() > UINT32_MAX - characters())
      throw bad_input("names of more than {} bytes in all, at most {} were expected", characters(),
                      UINT32_MAX);
    Data& data = own();
    data.text += text;
    data.ends.push_back(static_cast<uint32_t>(data.text.size()));
  }
  void keep_first(size_t count) {
    if (count >= size()) return;
    Data& data = own();
    data.ends.resize(count);
    data.text.resize(count ? data.ends.back() : 0);
  }

  bool operator==(const TextList& other) const {
    return data_ == other.data_ || (characters() == other.characters() && size() == other.size() &&
                                    (empty() || *data_ == *other.data_));
  }

 private:
  struct Data {
    std::string text;
    std::vector<uint32_t> ends;
    bool operator==(const Data&) const = default;
  };
  Data& own() {
    if (!data_)
      data_ = std::make_shared<Data>();
    else if (data_.use_count() > 1)
      data_ = std::make_shared<Data>(*data_);
    return *data_;
  }

  std::shared_ptr<Data> data_;
};

}  // namespace fxe
