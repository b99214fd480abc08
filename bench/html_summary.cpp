// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "bench/html_parts.h"
#include "bench/html_text.h"
#include "bench/svg_scale.h"
#include "bench/wording.h"

namespace unpark::bench::html {

namespace {

constexpr double kStripWidth = 300, kStripHeight = 34;

// One axis for all ratios of the report, 1 and every target on it.
Scale axis_of(const Report& report) {
  double low = 0.8, high = 1.25;
  const auto include = [&](double x) {
    if (x <= 0) return;
    low = std::min(low, x);
    high = std::max(high, x);
  };
  for (const Bench& b : report.benches) {
    for (const Ratio& r : b.ratios) {
      include(r.interval.low);
      include(r.interval.high);
    }
    for (const Target& t : b.targets) include(t.ratio);
  }
  return Scale(Scale::Kind::kLog, low / 1.1, high * 1.1, 4, kStripWidth - 4);
}

std::string mark(std::string_view classes, double from, double to, double y0, double y1) {
  return fmt::format("<path class=\"{}\" d=\"M{:.1f} {}L{:.1f} {}\"/>", classes, from, y0, to, y1);
}

// Says again what stands beside it in figures, so it is hidden from those who hear the page.
std::string strip(const Ratio& r, const Target* target, const Scale& x) {
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
                  kStripWidth, kStripHeight);
  const auto place = [&](double v) { return v > 0 ? x(v) : x(x.low()); };
  svg += mark("one", x(1), x(1), 0, kStripHeight);
  const std::string_view peer = colour_class(r.to);
  const double low = place(r.interval.low), high = place(r.interval.high);
  svg += mark(fmt::format("span {}", peer), low, std::max(high, low + 1), 17, 17);
  svg +=
      mark(fmt::format("value {}", peer), place(r.interval.value), place(r.interval.value), 10, 24);
  if (target && target->ratio > 0) svg += mark("target", x(target->ratio), x(target->ratio), 4, 30);
  return svg + "</svg>";
}

std::string axis(const Scale& x) {
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 {} {}\" aria-hidden=\"true\">", kStripWidth, kStripHeight);
  double free_from = 0;
  for (const Tick& t : log_ticks(x.low(), x.high())) {
    const double at = x(t.value), half = 3.5 * static_cast<double>(t.label.size()) + 3;
    if (at - half < free_from || at + half > kStripWidth) continue;
    free_from = at + half;
    svg += fmt::format("<text x=\"{:.1f}\" y=\"28\" text-anchor=\"middle\">{}</text>", at, t.label);
  }
  return svg + "</svg>";
}

std::string target_cell(const Bench& b, const Ratio& r) {
  for (const TargetResult& t : target_results(b))
    if (t.target.to == r.to && r.of == "unpark")
      return fmt::format("<td><span class=\"{0}\">{0}</span> {1}{2}</td>", word_of(t.verdict),
                         round_figure(t.target.ratio),
                         t.clear ? "" : " <span class=\"soft\">(within the interval)</span>");
  return "<td class=\"soft\">none</td>";
}

std::string row(const Bench& b, std::size_t index, const Ratio& r, bool first, const Scale& x) {
  std::string text = "<tr>";
  if (first)
    text += fmt::format(
        "<th scope=\"rowgroup\" rowspan=\"{}\"><a href=\"#b{}\">{}</a><br><span "
        "class=\"soft\">{}{}</span></th>",
        b.ratios.size(), index, escaped(b.title), escaped(place_of(b)),
        b.lower_is_better ? "" : "; more is better");
  const Target* target = nullptr;
  for (const Target& t : b.targets)
    if (t.to == r.to && r.of == "unpark") target = &t;
  return text + fmt::format(
                    "<td>{}</td><td><span class=\"strong\">{}</span><br><span class=\"soft "
                    "figure\">{}</span>"
                    "</td><td class=\"strip\">{}</td>{}</tr>\n",
                    escaped(r.of == "unpark" ? r.to : r.of + " / " + r.to),
                    figure(r.interval.value), range(r.interval), strip(r, target, x),
                    target_cell(b, r));
}

std::string tile(std::string_view name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

std::string tiles(const Report& report) {
  std::size_t met = 0, all = 0, samples = 0;
  for (const Bench& b : report.benches) {
    for (const TargetResult& t : target_results(b)) {
      ++all;
      met += t.verdict == Verdict::kMet ? 1 : 0;
    }
    for (const Peer& p : b.peers) samples += p.summary.n;
  }
  std::string text = "<dl class=\"tiles\">";
  if (all > 0) text += tile("targets met", fmt::format("{} of {}", met, all));
  text += tile("benches", std::to_string(report.benches.size()));
  text += tile("samples", figure(static_cast<double>(samples)));
  return text + "</dl>\n";
}

}  // namespace

std::string summary(const Report& report) {
  std::string text = "<section aria-labelledby=\"ratios\"><h2 id=\"ratios\">Ratios</h2>\n";
  if (report.benches.empty()) return text + "<p>No bench was run.</p></section>\n";
  text += tiles(report);
  std::string rows;
  const Scale x = axis_of(report);
  for (std::size_t i = 0; i < report.benches.size(); ++i) {
    const Bench& b = report.benches[i];
    if (b.ratios.empty()) continue;
    rows += "<tbody>";
    for (const Ratio& r : b.ratios) rows += row(b, i, r, &r == &b.ratios.front(), x);
    rows += "</tbody>\n";
  }
  if (rows.empty())
    return text +
           "<p>There are no ratios: no other peer was measured beside unpark.</p></section>\n";
  text +=
      "<p>unpark's median divided by the peer's: 0.5 is half the time or half the memory. The "
      "range "
      "below it is its confidence interval: how far chance could have moved it on this host.</p>\n";
  text += fmt::format(
      "<table class=\"ratios\"><caption>Bar: the range. Thick stroke: the ratio. Dashed: the "
      "target. "
      "Thin: 1, no difference.</caption><thead><tr><th scope=\"col\">Bench</th><th "
      "scope=\"col\">Against</th><th scope=\"col\">Ratio</th><td class=\"strip\">{}</td><th "
      "scope=\"col\">Target</th></tr></thead>\n",
      axis(x));
  return text + rows + "</table></section>\n";
}

}  // namespace unpark::bench::html
