// SPDX-License-Identifier: Apache-2.0
#include "engine/text_list.h"

#include <algorithm>

namespace fxe {

namespace {

// Seven bits a byte, low ones first; the high bit says that more follow.
void put_length(std::string& to, size_t length) {
  for (; length >= 0x80; length >>= 7) to += static_cast<char>(length | 0x80);
  to += static_cast<char>(length);
}

size_t read_length(const std::string& from, size_t& at) {
  size_t length = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(from[at++]);
    length |= static_cast<size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return length;
  }
}

}  // namespace

void TextList::Iterator::read() {
  if (!data_ || index_ >= data_->size) return;
  const size_t shared = read_length(data_->coded, next_), rest = read_length(data_->coded, next_);
  text_.resize(shared);
  text_.append(data_->coded, next_, rest);
  next_ += rest;
}

TextList::Iterator TextList::at(size_t i) const {
  const size_t whole = i / kStride;
  Iterator text(data_.get(), whole * kStride, data_->starts[whole]);
  while (text.index_ < i) ++text;
  return text;
}

void TextList::push_back(std::string_view text) {
  if (!data_)
    data_ = std::make_shared<Data>();
  else if (data_.use_count() > 1)
    data_ = std::make_shared<Data>(*data_);
  Data& data = *data_;
  size_t shared = 0;
  if (data.size % kStride == 0)
    data.starts.push_back(data.coded.size());
  else
    shared = static_cast<size_t>(std::ranges::mismatch(text, data.last).in1 - text.begin());
  put_length(data.coded, shared);
  put_length(data.coded, text.size() - shared);
  data.coded += text.substr(shared);
  data.last = text;
  data.characters += text.size();
  ++data.size;
}

void TextList::keep_first(size_t count) {
  if (count >= size()) return;
  TextList kept;
  for (auto text = begin(); kept.size() < count; ++text) kept.push_back(*text);
  *this = std::move(kept);
}

// Equal texts in the same order have the same encoding.
bool TextList::operator==(const TextList& other) const {
  return data_ == other.data_ || (size() == other.size() && characters() == other.characters() &&
                                  (empty() || data_->coded == other.data_->coded));
}

}  // namespace fxe
