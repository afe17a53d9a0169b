// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/npy_file.h"

#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/error.h"
#include "engine/mapped_file.h"

namespace fxe {

namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr size_t kMaxHeader = size_t{1} << 20;

// "{'descr': '<f4', 'fortran_order': False, 'shape': (800, 1000), }", keys in any order.
class HeaderText {
 public:
  HeaderText(std::string_view text, std::string where) : rest_(text), where_(std::move(where)) {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !type_)
        type_ = quoted();
      else if (key == "fortran_order" && !fortran_)
        fortran_ = boolean();
      else if (key == "shape" && !shape_)
        shape_ = tuple();
      else
        throw bad_input("{}: the header has the key '{}' where descr, fortran_order and shape are known",
                        where_, key.substr(0, 40));
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!rest_.empty() || !type_ || !fortran_ || !shape_)
      fail("descr, fortran_order and shape, nothing else");
  }

  std::string_view type() const { return *type_; }
  bool fortran() const { return *fortran_; }
  const std::vector<int64_t>& shape() const { return *shape_; }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw bad_input("{}: the header is not NumPy's: expected {} at '{}'", where_, expected,
                    rest_.substr(0, 40));
  }
  void skip_spaces() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_spaces();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}'", c));
  }
  std::string_view quoted() {
    skip_spaces();
    const char quote = rest_.empty() ? '\0' : rest_[0];
    const auto end = quote == '\'' || quote == '"' ? rest_.find(quote, 1) : rest_.npos;
    if (end == rest_.npos) fail("quoted text");
    const auto text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return word == "True";
      }
    fail("True or False");
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> dims;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      int64_t dim = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), dim);
      if (error != std::errc{} || dims.size() == Shape::kMaxRank) fail("a few dimensions");
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      dims.push_back(dim);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return dims;
  }

  std::string_view rest_;
  std::string where_;
  std::optional<std::string_view> type_;
  std::optional<bool> fortran_;
  std::optional<std::vector<int64_t>> shape_;
};

DType dtype_of(std::string_view text, const std::string& where) {
  if (text == "<f2") return DType::f16;
  if (text == "<f4") return DType::f32;
  if (text == "<f8") return DType::f64;
  throw bad_input("{}: expected little-endian floats (<f2, <f4 or <f8), found '{}'", where,
                  text.substr(0, 40));
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  Tensor t = parse_npy(file->bytes(), path.string());
  t.owner = file;
  return t;
}

Tensor parse_npy(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() < 12 || !text.starts_with(kMagic)) throw bad_input("{}: not a NumPy array (.npy)", where);
  const auto major = static_cast<unsigned>(bytes[6]);
  if (major < 1 || major > 3) throw bad_input("{}: .npy version {}, expected 1 to 3", where, major);
  const size_t length_bytes = major == 1 ? 2 : 4;
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, length_bytes);
  const size_t data = 8 + length_bytes + length;
  if (length > kMaxHeader || data > bytes.size())
    throw bad_input("{}: the header says that it has {} bytes, the file has {}", where, length, bytes.size());
  const HeaderText header(text.substr(8 + length_bytes, length), where);
  if (header.fortran())
    throw bad_input("{}: expected C order, found Fortran order; save numpy.ascontiguousarray(x)", where);
  Tensor t;
  t.dtype = dtype_of(header.type(), where);
  t.shape = Shape(header.shape());
  const auto expected = static_cast<uint64_t>(t.shape.elements());
  if (expected != (bytes.size() - data) / size_bytes(t.dtype) || (bytes.size() - data) % size_bytes(t.dtype))
    throw bad_input("{}: shape {} of {} does not fit the {} bytes of data", where, t.shape.str(),
                    name(t.dtype), bytes.size() - data);
  t.bytes = bytes.subspan(data);
  return t;
}

void write_npy(OutputFile& file, const Shape& shape, std::span<const float> values) {
  // A tuple of one needs its comma; longer ones may have it too.
  std::string head = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}",
                                 fmt::join(shape.dims(), ", "));
  constexpr size_t kBefore = 10, kAlignment = 64;  // magic, version and length; the format's alignment
  head.append(kAlignment - (kBefore + head.size() + 1) % kAlignment, ' ');
  head += '\n';
  file.write(kMagic);
  file.write({"\1\0", 2});
  const auto length = static_cast<uint16_t>(head.size());
  file.write({reinterpret_cast<const char*>(&length), sizeof length});
  file.write(head);
  file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

}  // namespace fxe
