// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/output_kind.h"

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>

namespace fxe::output_kind {

namespace {

// Whether it is JSON that begins like this, however it is indented.
bool json_begins(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  std::string packed;
  for (const char c : text.substr(0, 512))
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') packed += c;
  for (const auto& b : beginnings)
    if (packed.starts_with(b)) return true;
  return false;
}

bool is_ensemble(std::string_view text) { return json_begins(text, {R"({"schema":"fxe.ensemble/)"}); }
bool is_costs(std::string_view text) { return json_begins(text, {R"({"schema":"fxe.costs/)"}); }

bool is_safetensors(std::string_view text) {
  constexpr uint64_t kLongestHeader = 100'000'000;
  uint64_t header = 0;
  if (text.size() <= sizeof header || text[sizeof header] != '{') return false;
  std::memcpy(&header, text.data(), sizeof header);
  return header <= kLongestHeader;
}

// Whether it begins with the columns of a figure's table.
bool is_figure_csv(std::string_view text) {
  for (const auto* columns :
       {"members,", "harm_limit,delta,", "cost_ms,", "cost_multiply_adds,", "cost_members,"})
    if (text.starts_with(columns)) return true;
  return false;
}

}  // namespace

const OutputKind report{"a report of fxe", [](std::string_view text) {
                          return json_begins(text, {R"({"schema":"fxe.)"}) && !is_ensemble(text) &&
                                 !is_costs(text);
                        }};
const OutputKind ensemble{"an ensemble file", is_ensemble};
const OutputKind costs{"a store's costs", is_costs};
const OutputKind safetensors{"a safetensors file", is_safetensors};
const OutputKind npy{"a NumPy array", [](std::string_view text) { return text.starts_with("\x93NUMPY"); }};
const OutputKind predictions{"a predictions file",
                             [](std::string_view text) { return text.starts_with("path,label,predicted,"); }};
const OutputKind mlperf_log{"MLPerf's accuracy log", [](std::string_view text) {
                              return json_begins(text, {R"([{"seq_id")", "[]"});
                            }};
const OutputKind times{"a list of times", [](std::string_view text) {
                         return json_begins(text, {R"([{"startComputeMs")", "[]"});
                       }};
const OutputKind trace{"a trace",
                       [](std::string_view text) { return json_begins(text, {R"({"displayTimeUnit")"}); }};
const OutputKind profile_csv{
    "a table of kernels", [](std::string_view text) { return text.starts_with("member,layer,op,kernel,"); }};
const OutputKind figure_csv{"a table of a figure", is_figure_csv};
const OutputKind gnuplot_script{
    "a script of a figure", [](std::string_view text) { return text.starts_with("# Drawn by fxe figures"); }};
const OutputKind svg{"an SVG", [](std::string_view text) {
                       return text.starts_with("<?xml") && text.find("<svg") != text.npos;
                     }};
const OutputKind png{"a PNG", [](std::string_view text) { return text.starts_with("\x89PNG"); }};

}  // namespace fxe::output_kind
