// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Many short texts in little memory, such as the paths of a folder's images. Every 16th is stored whole, the
// others by how they differ from the one before, which in sorted names is their end (front coding). Copies
// share their memory until one of them changes.
class TextList {
  struct Data;

 public:
  TextList() = default;
  TextList(std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) push_back(text);
  }

  size_t size() const { return data_ ? data_->size : 0; }
  bool empty() const { return size() == 0; }
  size_t characters() const { return data_ ? data_->characters : 0; }  // in all texts
  // Decodes up to 15 texts before it: use an iterator to visit all of them.
  std::string operator[](size_t i) const { return *at(i); }

  // Visits the texts in order. Invalidated by changes to the list.
  class Iterator {
   public:
    const std::string& operator*() const { return text_; }  // until the iterator moves
    Iterator& operator++() {
      ++index_;
      read();
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    friend class TextList;
    Iterator(const Data* data, size_t index, size_t start) : data_(data), index_(index), next_(start) {
      read();
    }
    void read();  // the text at next_, unless it is past the last

    const Data* data_;
    size_t index_, next_;  // of this text; where the next one starts
    std::string text_;
  };
  Iterator begin() const { return {data_.get(), 0, 0}; }
  Iterator end() const { return {nullptr, size(), 0}; }

  void push_back(std::string_view text);
  void keep_first(size_t count);

  bool operator==(const TextList& other) const;

 private:
  static constexpr size_t kStride = 16;

  struct Data {
    std::string coded;           // per text: how many characters it shares, how many follow, and those
    std::vector<size_t> starts;  // where in `coded` texts 0, 16, 32, ..., which share nothing, start
    std::string last;
    size_t size = 0, characters = 0;
  };
  Iterator at(size_t i) const;

  std::shared_ptr<Data> data_;
};

}  // namespace fxe
