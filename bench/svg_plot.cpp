// SPDX-License-Identifier: Apache-2.0
#include "bench/svg_plot.h"

#include <fmt/format.h>

#include "bench/html_text.h"
#include "bench/wording.h"

namespace unpark::bench {

namespace {

std::string path_of(const Points& points) {
  std::string d;
  for (const auto& [x, y] : points)
    d += fmt::format("{}{:.1f} {:.1f}", d.empty() ? 'M' : 'L', x, y);
  return d;
}

}  // namespace

void Plot::x_axis(const Scale& x, const std::vector<Tick>& ticks, std::string_view label) {
  double free_from = 0;
  for (const Tick& t : ticks) {
    const double at = x(t.value);
    body_ += fmt::format("<path class=\"grid\" d=\"M{0:.1f} {1}V{2}\"/>", at, kTop, kBottom);
    // Estimated: what is wider than the place between two ticks is left out.
    const double half = 3.5 * static_cast<double>(width_of(t.label)) + 2;
    if (at - half < free_from || at + half > kWidth) continue;
    free_from = at + half;
    text(at, kBottom + 16, "middle", t.label);
  }
  text((kLeft + kRight) / 2, kHeight - 8, "middle", label);
}

void Plot::y_axis(const Scale& y, const std::vector<Tick>& ticks, std::string_view label) {
  for (const Tick& t : ticks) {
    const double at = y(t.value);
    body_ += fmt::format("<path class=\"grid\" d=\"M{} {:.1f}H{}\"/>", kLeft, at, kRight);
    text(kLeft - 6, at + 4, "end", t.label);
  }
  body_ += fmt::format(
      "<text transform=\"translate(11 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
      (kTop + kBottom) / 2, escaped(label));
}

void Plot::line(std::string_view classes, const Points& points) {
  if (!points.empty())
    body_ += fmt::format("<path class=\"line {}\" d=\"{}\"/>", classes, path_of(points));
}

void Plot::area(std::string_view classes, const Points& points) {
  if (!points.empty())
    body_ += fmt::format("<path class=\"area {}\" d=\"{}Z\"/>", classes, path_of(points));
}

void Plot::dot(std::string_view classes, double x, double y, std::string_view tip) {
  body_ += fmt::format(
      "<circle class=\"dot {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>{}</title></circle>",
      classes, x, y, escaped(tip));
}

void Plot::bar(std::string_view classes, double x, double y, double width, double height) {
  body_ += fmt::format(
      "<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
      classes, x, y, width, height);
}

void Plot::text(double x, double y, std::string_view anchor, std::string_view content) {
  body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                       escaped(content));
}

std::string Plot::svg(std::string_view title, std::string_view description) const {
  return fmt::format(
      "<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}. {}\">"
      "<path class=\"frame\" d=\"M{} {}V{}H{}\"/>{}</svg>\n",
      kWidth, kHeight, escaped(title), escaped(description), kLeft, kTop, kBottom, kRight, body_);
}

}  // namespace unpark::bench
