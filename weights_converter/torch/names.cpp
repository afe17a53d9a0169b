// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/torch/names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fxe {

namespace {

using Row = std::pair<std::string_view, DType>;

constexpr std::array<Row, 10> kStorages{{{"FloatStorage", DType::f32},
                                         {"HalfStorage", DType::f16},
                                         {"BFloat16Storage", DType::bf16},
                                         {"DoubleStorage", DType::f64},
                                         {"LongStorage", DType::i64},
                                         {"IntStorage", DType::i32},
                                         {"ShortStorage", DType::i16},
                                         {"CharStorage", DType::i8},
                                         {"ByteStorage", DType::u8},
                                         {"BoolStorage", DType::boolean}}};

constexpr std::array<Row, 10> kTypes{{{"torch.float32", DType::f32},
                                      {"torch.float16", DType::f16},
                                      {"torch.bfloat16", DType::bf16},
                                      {"torch.float64", DType::f64},
                                      {"torch.int64", DType::i64},
                                      {"torch.int32", DType::i32},
                                      {"torch.int16", DType::i16},
                                      {"torch.int8", DType::i8},
                                      {"torch.uint8", DType::u8},
                                      {"torch.bool", DType::boolean}}};

constexpr std::array<std::string_view, 19> kHarmless{"numpy.core.multiarray.scalar",
                                                     "numpy._core.multiarray.scalar",
                                                     "numpy.core.multiarray._reconstruct",
                                                     "numpy._core.multiarray._reconstruct",
                                                     "numpy.dtype",
                                                     "numpy.ndarray",
                                                     "_codecs.encode",
                                                     "argparse.Namespace",
                                                     "collections.defaultdict",
                                                     "collections.Counter",
                                                     "torch.device",
                                                     "builtins.set",
                                                     "__builtin__.set",
                                                     "builtins.frozenset",
                                                     "builtins.bytearray",
                                                     "builtins.complex",
                                                     "builtins.slice",
                                                     "pathlib.PosixPath",
                                                     "pathlib.Path"};

template <size_t N>
std::optional<DType> look_up(const std::array<Row, N>& rows, std::string_view name) {
  for (const auto& [known, type] : rows)
    if (known == name) return type;
  return std::nullopt;
}

}  // namespace

std::optional<DType> storage_dtype(std::string_view name) {
  for (const std::string_view module : {"torch.cuda.", "torch.storage.", "torch."})
    if (name.starts_with(module)) return look_up(kStorages, name.substr(module.size()));
  return std::nullopt;
}

bool is_untyped_storage(std::string_view name) {
  return name == "torch.storage.UntypedStorage" || name == "torch.UntypedStorage" ||
         name == "torch.storage._UntypedStorage";
}

std::optional<DType> torch_dtype(std::string_view name) { return look_up(kTypes, name); }

bool is_numpy_array(std::string_view name) {
  return name == "numpy.core.multiarray._reconstruct" || name == "numpy._core.multiarray._reconstruct";
}

bool is_harmless_global(std::string_view name) {
  return std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end();
}

}  // namespace fxe
