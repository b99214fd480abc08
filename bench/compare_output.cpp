// SPDX-License-Identifier: Apache-2.0
#include "bench/compare_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/text_lines.h"
#include "bench/wording.h"

namespace unpark::bench {

namespace {

std::string subject_of(const Comparison& row) {
  return printable(row.to.empty() ? row.peer : row.peer + " / " + row.to);
}

std::string row_of(const Comparison& row, const Paint& paint, std::size_t columns) {
  constexpr std::size_t kSubject = 16;
  std::string text =
      fmt::format("  {} {:>10} {:>10}  {:<5} {:<16}", fitted(subject_of(row), kSubject),
                  figure(row.a), figure(row.b), figure(row.ratio.value), range(row.ratio));
  std::string word(word_of(row.change, row.bench->unit));
  if (!row.counts) word = "(" + word + ")";
  const std::size_t used = std::min(width_of(text), columns - word.size() - 1);
  const Colour colour = !row.counts || row.change == Change::kSame ? Colour::kDim
                        : row.change == Change::kFaster            ? Colour::kGreen
                                                                   : Colour::kRed;
  return fitted(text, used) + " " + paint(colour, word) + "\n";
}

std::string conclusion(const CompareResult& result, const CompareOptions& how) {
  std::size_t counted = 0, better = 0, worse = 0;
  for (const Comparison& row : result.rows) {
    if (!row.counts) continue;
    ++counted;
    better += row.change == Change::kFaster ? 1 : 0;
    worse += row.change == Change::kSlower ? 1 : 0;
  }
  if (counted == 0) return "Nothing here can be compared across the two runs.";
  return fmt::format(
      "{}: of {} comparison{} {} faster or better, {} slower or worse ({} % intervals wholly "
      "beyond "
      "{} %).",
      result.differ() ? "The runs differ" : "The runs do not differ", counted,
      counted == 1 ? "" : "s", better, worse, figure(how.bootstrap.confidence * 100),
      figure(how.margin * 100));
}

}  // namespace

std::string table_of(const CompareResult& result, const CompareOptions& how, const Paint& paint,
                     int width) {
  const auto columns = static_cast<std::size_t>(std::max(width, 64));
  std::string out;
  for (const std::string& w : result.warnings)
    out += wrapped("WARNING: ", w, columns, paint, Colour::kYellow);
  if (!out.empty()) out += "\n";
  const std::string head =
      fmt::format("  {:<16} {:>10} {:>10}  second / first", "", "first", "second");
  out += paint(Colour::kDim, head) + "\n";
  const Bench* bench = nullptr;
  for (const Comparison& row : result.rows) {
    if (row.bench != bench) {
      bench = row.bench;
      const std::string title =
          printable(fmt::format("{} ({}), {}", bench->name, place_of(*bench), bench->unit));
      out += paint(Colour::kBold, fitted(title, std::min(width_of(title), columns))) + "\n";
    }
    out += row_of(row, paint, columns);
  }
  out += "\n" + wrapped("", conclusion(result, how), columns, paint, Colour::kBold);
  const bool some_left_out = std::any_of(result.rows.begin(), result.rows.end(),
                                         [](const Comparison& row) { return !row.counts; });
  if (some_left_out)
    out += wrapped("", "Words in brackets do not count: see the warnings.", columns, paint,
                   Colour::kDim);
  return out;
}

std::string json_of(const CompareResult& result, const CompareOptions& how) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const Comparison& row : result.rows)
    rows.push_back({{"bench", row.bench->name},
                    {"cpus", row.bench->cpus},
                    {"parked", row.bench->parked},
                    {"state", row.bench->state},
                    {"unit", row.bench->unit},
                    {"peer", row.peer},
                    {"to", row.to.empty() ? Json() : Json(row.to)},
                    {"first", row.a},
                    {"second", row.b},
                    {"ratio", row.ratio.value},
                    {"low", row.ratio.low},
                    {"high", row.ratio.high},
                    {"change", row.change == Change::kSame     ? "same"
                               : row.change == Change::kFaster ? "faster"
                                                               : "slower"},
                    {"counts", row.counts}});
  const Json j = {{"schema", "unpark-bench-compare-1"},
                  {"differ", result.differ()},
                  {"confidence", how.bootstrap.confidence},
                  {"margin", how.margin},
                  {"warnings", result.warnings},
                  {"rows", std::move(rows)}};
  return j.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace unpark::bench
