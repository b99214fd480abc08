// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/svg_scale.h"

namespace unpark::bench {

using Points = std::vector<std::pair<double, double>>;  // x and y on the drawing

// One diagram as SVG to stand in HTML: a frame with axes and what is drawn in it. Colours, dashes
// and sizes of text are the page's (bench/html_style.h), by class.
class Plot {
 public:
  // The drawing, and the frame in it, in units of the viewBox.
  static constexpr double kWidth = 420, kHeight = 232;
  static constexpr double kLeft = 52, kRight = 408, kTop = 10, kBottom = 188;

  void x_axis(const Scale& x, const std::vector<Tick>& ticks, std::string_view label);
  void y_axis(const Scale& y, const std::vector<Tick>& ticks, std::string_view label);
  void line(std::string_view classes, const Points& points);
  void area(std::string_view classes, const Points& points);
  // `tip`: shown under the pointer.
  void dot(std::string_view classes, double x, double y, std::string_view tip);
  void bar(std::string_view classes, double x, double y, double width, double height);
  void text(double x, double y, std::string_view anchor, std::string_view content);

  // `title` and `description` are read to those who cannot see it.
  [[nodiscard]] std::string svg(std::string_view title, std::string_view description) const;

 private:
  std::string body_;
};

}  // namespace unpark::bench
