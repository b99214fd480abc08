// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bench/growth.h"
#include "bench/html_parts.h"
#include "bench/html_text.h"
#include "bench/svg_distribution.h"
#include "bench/wording.h"

namespace unpark::bench::html {

namespace {

std::string row(const Bench& b, std::string_view name, double Summary::*what) {
  std::string text = fmt::format("<tr><th scope=\"row\">{}</th>", name);
  for (const Peer& p : b.peers)
    text += fmt::format("<td class=\"number figure\">{}</td>",
                        p.summary.n == 0 ? "none" : figure(p.summary.*what));
  return text + "</tr>\n";
}

// Peers side by side: three fit beside each other in a narrow window, nine percentiles do not.
std::string percentiles(const Bench& b) {
  std::string text = fmt::format(
      "<table class=\"percentiles\"><caption>{}</caption><thead><tr><td></td>", escaped(b.unit));
  for (const Peer& p : b.peers)
    text += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", escaped(p.peer));
  text += "</tr></thead><tbody>\n";
  text += row(b, "least", &Summary::min) + row(b, "median", &Summary::p50) +
          row(b, "90 %", &Summary::p90) + row(b, "99 %", &Summary::p99) +
          row(b, "most", &Summary::max) + row(b, "mean", &Summary::mean);
  std::string samples = "<tr><th scope=\"row\">samples</th>", lost;
  bool any_lost = false;
  for (const Peer& p : b.peers) {
    std::uint64_t n = 0;
    for (const Round& r : p.rounds) n += r.lost;
    any_lost = any_lost || n > 0;
    samples += fmt::format("<td class=\"number figure\">{}</td>",
                           figure(static_cast<double>(p.summary.n)));
    lost += fmt::format("<td class=\"number figure\">{}</td>", figure(static_cast<double>(n)));
  }
  text += samples + "</tr>\n";
  if (any_lost) text += "<tr><th scope=\"row\">lost</th>" + lost + "</tr>\n";
  return text + "</tbody></table>\n";
}

std::string figure_of(std::string_view caption, const std::string& svg) {
  return fmt::format("<figure><figcaption>{}</figcaption>{}</figure>\n", caption, svg);
}

std::string section(const Bench& b, std::size_t index) {
  std::string text = fmt::format(
      "<section class=\"bench\" id=\"b{0}\" aria-labelledby=\"b{0}t\"><h3 id=\"b{0}t\">{1}</h3>"
      "<p class=\"soft\">{2}; <code>{3}</code>{4}</p>\n",
      index, escaped(b.title), escaped(place_of(b)), escaped(b.name),
      b.lower_is_better ? "" : "; more is better");
  if (b.peers.empty()) return text + "<p>Nothing was measured.</p></section>\n";
  const std::string histogram = histogram_svg(b);
  if (histogram.empty())
    return text + percentiles(b) + "<p>There is no sample above zero to draw.</p></section>\n";
  text += legend(b) + "<div class=\"spread\">" + percentiles(b);
  text += figure_of("How often which value was measured", histogram);
  text += figure_of("How many samples were no greater", cdf_svg(b));
  return text + "</div></section>\n";
}

}  // namespace

std::string growth(const Report& report) {
  std::string figures;
  for (const Growth& g : growths_of(report)) {
    const std::string svg = growth_svg(g);
    if (svg.empty()) continue;
    figures += "<div class=\"bench\"><h3>" + escaped(title_of(g)) + "</h3>" + legend(peers_of(g)) +
               "<figure>" + svg + "</figure></div>\n";
  }
  if (figures.empty()) return {};
  return "<section aria-labelledby=\"growth\"><h2 id=\"growth\">Growth</h2>\n<p>Lines join the "
         "medians; a stroke reaches from the 10th to the 90th percentile.</p><div "
         "class=\"cards\">\n" +
         figures + "</div></section>\n";
}

std::string benches(const Report& report) {
  if (report.benches.empty()) return {};
  std::string text = "<section aria-labelledby=\"benches\"><h2 id=\"benches\">Benches</h2>\n";
  for (std::size_t i = 0; i < report.benches.size(); ++i) text += section(report.benches[i], i);
  return text + "</section>\n";
}

}  // namespace unpark::bench::html
