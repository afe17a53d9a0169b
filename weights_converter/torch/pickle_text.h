// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weights_converter/byte_reader.h"
#include "weights_converter/torch/pickle_value.h"

// The text forms of pickle's early protocols, and its integers. All throw bad_input for other text.
namespace fxe::pickle {

Value binary_integer(Bytes twos_complement);              // big_integer past 8 bytes
Value decimal_integer(std::string_view text, Heap&);      // "12", "12L", "01" and "00" for True and False
double decimal_float(std::string_view text);              // also "inf", "nan"
std::string unescape_quoted(std::string_view text);       // a Python 2 str literal, with its quotes
std::string unescape_raw_unicode(std::string_view text);  // \uXXXX and \UXXXXXXXX become UTF-8

}  // namespace fxe::pickle
