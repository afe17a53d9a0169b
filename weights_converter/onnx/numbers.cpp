// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/numbers.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/error.h"
#include "weights_converter/onnx/import.h"

namespace fxe {

namespace {

template <class Stored, class T, class Convert>
void read_as(const std::byte* from, std::span<T> out, Convert convert) {
  for (size_t i = 0; i < out.size(); ++i) {
    Stored value;
    std::memcpy(&value, from + i * sizeof(Stored), sizeof(Stored));
    out[i] = static_cast<T>(convert(value));
  }
}

template <class Stored, class T, class Convert>
void write_as(std::span<const T> values, std::byte* out, Convert convert) {
  for (size_t i = 0; i < values.size(); ++i) {
    const Stored value = convert(values[i]);
    std::memcpy(out + i * sizeof(Stored), &value, sizeof(Stored));
  }
}

int64_t known(int64_t value) {
  if (value == kBatch) throw bad_input("computes with the batch size, which models leave open");
  return value;
}

template <class T>
void read(const Tensor& t, size_t first, std::span<T> out) {
  const std::byte* const from = t.bytes.data() + first * size_bytes(t.dtype);
  const auto as_is = [](auto value) { return value; };
  switch (t.dtype) {
    case DType::f16:
      return read_as<uint16_t>(from, out, half_to_float);
    case DType::bf16:
      return read_as<uint16_t>(from, out, bfloat16_to_float);
    case DType::f32:
      return read_as<float>(from, out, as_is);
    case DType::f64:
      return read_as<double>(from, out, as_is);
    case DType::u8:
      return read_as<uint8_t>(from, out, as_is);
    case DType::i8:
      return read_as<int8_t>(from, out, as_is);
    case DType::i16:
      return read_as<int16_t>(from, out, as_is);
    case DType::i32:
      return read_as<int32_t>(from, out, as_is);
    case DType::i64:
      return read_as<int64_t>(from, out, known);
    case DType::boolean:
      return read_as<uint8_t>(from, out, [](uint8_t value) { return value != 0; });
  }
}

template <class Integer>
Integer fitting(int64_t value) {
  if (value < std::numeric_limits<Integer>::min() || value > std::numeric_limits<Integer>::max())
    throw bad_input("computes {}, which does not fit its integers of {} bits", value, 8 * sizeof(Integer));
  return static_cast<Integer>(value);
}

template <class Integer, class T>
Integer narrow(T value) {
  constexpr double kEnd = 0x1p63;
  if (std::is_floating_point_v<T> &&
      !(static_cast<double>(value) >= -kEnd && static_cast<double>(value) < kEnd))
    throw bad_input("makes an integer of {}", value);
  return fitting<Integer>(static_cast<int64_t>(value));
}

template <class T>
void write(DType type, std::span<const T> values, std::byte* out) {
  const auto to_float = [](T value) { return static_cast<float>(value); };
  switch (type) {
    case DType::f16:
      return write_as<uint16_t>(values, out, [&](T value) { return float_to_half(to_float(value)); });
    case DType::bf16:
      return write_as<uint16_t>(values, out, [&](T value) { return float_to_bfloat16(to_float(value)); });
    case DType::f32:
      return write_as<float>(values, out, to_float);
    case DType::f64:
      return write_as<double>(values, out, [](T value) { return static_cast<double>(value); });
    case DType::u8:
      return write_as<uint8_t>(values, out, narrow<uint8_t, T>);
    case DType::i8:
      return write_as<int8_t>(values, out, narrow<int8_t, T>);
    case DType::i16:
      return write_as<int16_t>(values, out, narrow<int16_t, T>);
    case DType::i32:
      return write_as<int32_t>(values, out, narrow<int32_t, T>);
    case DType::i64:
      return write_as<int64_t>(values, out, narrow<int64_t, T>);
    case DType::boolean:
      return write_as<uint8_t>(values, out, [](T value) { return static_cast<uint8_t>(value != 0); });
  }
}

}  // namespace

bool is_floating(DType type) {
  return type == DType::f16 || type == DType::bf16 || type == DType::f32 || type == DType::f64;
}

void read_numbers(const Tensor& t, size_t first, std::span<double> out) { read(t, first, out); }
void read_numbers(const Tensor& t, size_t first, std::span<int64_t> out) { read(t, first, out); }

std::vector<int64_t> all_integers(const Tensor& t) {
  if (is_floating(t.dtype)) throw bad_input("expected integers, found {}", name(t.dtype));
  std::vector<int64_t> out(static_cast<size_t>(t.shape.elements()));
  read_numbers(t, 0, std::span(out));
  return out;
}

void write_numbers(DType type, std::span<const double> values, std::byte* out) { write(type, values, out); }
void write_numbers(DType type, std::span<const int64_t> values, std::byte* out) { write(type, values, out); }

}  // namespace fxe
