// SPDX-License-Identifier: Apache-2.0
// The page as Chromium shows it: the figures a reader sees are those of the JSON, nothing sticks
// out of a narrow window, and both themes are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/html_report.h"
#include "bench/report_json.h"
#include "tests/bench/browser.h"
#include "tests/bench/sample_report.h"

namespace unpark::bench {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kLook = R"(
  const text = e => e.innerText.trim();
  const cells = query => [...page.querySelectorAll(query)].map(row => [...row.cells].map(text));
  const width = page.documentElement.clientWidth;
  const box = e => e.getBoundingClientRect();
  return {
    width, scroll: page.documentElement.scrollWidth,
    background: view.getComputedStyle(page.body).backgroundColor,
    title: page.title, warning: [...page.querySelectorAll('.warning li')].map(text),
    percentiles: [...page.querySelectorAll('table.percentiles')].map(
        table => [...table.rows].map(row => [...row.cells].map(text))),
    ratios: cells('table.ratios tbody tr'),
    scripts: page.scripts.length,
    plots: [...page.querySelectorAll('svg.plot')].map(
        svg => [box(svg).width, box(svg).height, svg.getAttribute('aria-label')]),
    dead: [...page.querySelectorAll('a')].filter(
        a => !page.getElementById(a.getAttribute('href').slice(1))).map(text),
    headless: [...page.querySelectorAll('table')].filter(t => !t.querySelector('th[scope]')).length,
    outside: [...page.querySelectorAll('body *')].filter(
        e => box(e).right > width + 1 || box(e).left < -1).map(e => e.outerHTML.slice(0, 80)),
    clipped: [...page.querySelectorAll('svg.plot text')].filter(t => {
      const frame = box(t.ownerSVGElement);
      return box(t).right > frame.right + 1 || box(t).left < frame.left - 1 ||
             box(t).bottom > frame.bottom + 1 || box(t).top < frame.top - 1;
    }).map(text => text.textContent),
  };)";

// "12,346" as it stands on the page.
double number(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  try {
    return std::stod(text);
  } catch (const std::exception&) {
    return -1;
  }
}

void expect_figure(const json& cell, const json& exact, const std::string& what) {
  const double shown = number(cell.get<std::string>()), wanted = exact.get<double>();
  // Three digits that count.
  EXPECT_NEAR(shown, wanted, 0.0051 * wanted) << what << ": " << cell;
}

void expect_percentiles_of(const json& report, const json& seen) {
  ASSERT_EQ(seen.at("percentiles").size(), report.at("benches").size());
  for (std::size_t i = 0; i < report.at("benches").size(); ++i) {
    const json& peers = report.at("benches").at(i).at("peers");
    const json& table = seen.at("percentiles").at(i);
    ASSERT_EQ(table.size(), 8u) << "a head, six figures, the number of samples";
    ASSERT_EQ(table.at(0).size(), 1 + peers.size());
    for (std::size_t p = 0; p < peers.size(); ++p) {
      const json& summary = peers.at(p).at("summary");
      EXPECT_EQ(table.at(0).at(p + 1), peers.at(p).at("peer"));
      const char* members[] = {"min", "p50", "p90", "p99", "max", "mean", "n"};
      for (std::size_t row = 0; row < 7; ++row)
        expect_figure(
            table.at(row + 1).at(p + 1), summary.at(members[row]),
            report.at("benches").at(i).at("name").get<std::string>() + " " + members[row]);
    }
  }
}

void expect_ratios_of(const json& report, const json& seen) {
  std::size_t row = 0;
  for (const json& bench : report.at("benches"))
    for (const json& ratio : bench.at("ratios")) {
      ASSERT_LT(row, seen.at("ratios").size());
      json cells = seen.at("ratios").at(row++);
      // The first of a bench has its name before.
      if (&ratio == &bench.at("ratios").front()) {
        EXPECT_THAT(cells.at(0).get<std::string>(),
                    HasSubstr(bench.at("title").get<std::string>()));
        cells.erase(0);
      }
      EXPECT_EQ(cells.at(0), ratio.at("to"));
      const std::string text = cells.at(1);
      double value = 0, low = 0, high = 0;
      ASSERT_EQ(std::sscanf(text.c_str(), "%lf %lf to %lf", &value, &low, &high), 3) << text;
      expect_figure(std::to_string(value), ratio.at("value"), "ratio");
      expect_figure(std::to_string(low), ratio.at("low"), "low");
      expect_figure(std::to_string(high), ratio.at("high"), "high");
      std::string verdict = "none";
      for (const json& target : bench.at("targets"))
        if (target.at("to") == ratio.at("to"))
          verdict = ratio.at("value") <= target.at("ratio") ? "met" : "missed";
      EXPECT_THAT(cells.at(3).get<std::string>(), testing::StartsWith(verdict));
    }
  EXPECT_EQ(row, seen.at("ratios").size());
}

void expect_sound(const json& seen, int width) {
  ASSERT_FALSE(seen.contains("error")) << seen.at("error").get<std::string>();
  EXPECT_LE(seen.at("width"), width);
  EXPECT_GE(seen.at("width"), width - 20) << "without the scroll bar";
  EXPECT_EQ(seen.at("scroll"), seen.at("width")) << "the page scrolls sideways";
  EXPECT_EQ(seen.at("outside"), json::array());
  EXPECT_EQ(seen.at("clipped"), json::array()) << "text cut off by its drawing";
  EXPECT_EQ(seen.at("dead"), json::array()) << "links to nothing";
  EXPECT_EQ(seen.at("headless"), 0) << "tables without a head";
  EXPECT_EQ(seen.at("scripts"), 0);
  for (const json& plot : seen.at("plots")) {
    EXPECT_GT(plot.at(0), 200) << plot;
    EXPECT_GT(plot.at(1), 100) << plot;
    EXPECT_NE(plot.at(2), "");
  }
}

TEST(HtmlInChromium, NarrowAndLightShowsTheFiguresOfTheJson) {
  const Report report = sample_report();
  const json seen = in_browser(html_of(report), 390, Theme::kLight, kLook);
  ASSERT_NO_FATAL_FAILURE(expect_sound(seen, 390));
  const json written = json::parse(json_of(report));
  expect_percentiles_of(written, seen);
  expect_ratios_of(written, seen);
  EXPECT_EQ(seen.at("title"), "unpark bench, 2026-11-26T20:30:00Z");
  EXPECT_EQ(seen.at("warning").size(), 2u);
  EXPECT_EQ(seen.at("background"), "rgb(255, 255, 255)");
}

TEST(HtmlInChromium, WideAndDarkShowsTheSame) {
  const Report report = sample_report();
  const json seen = in_browser(html_of(report), 1300, Theme::kDark, kLook);
  ASSERT_NO_FATAL_FAILURE(expect_sound(seen, 1300));
  const json written = json::parse(json_of(report));
  expect_percentiles_of(written, seen);
  expect_ratios_of(written, seen);
  EXPECT_EQ(seen.at("background"), "rgb(15, 20, 25)");
}

TEST(HtmlInChromium, HostileStringsStayInTheirPlaces) {
  const std::string bad = "</td></table><script>document.title = 'taken'</script>" +
                          std::string(600, 'x') + "<b onclick=\"x\">";
  Report r = sample_report();
  r.created = r.host.cpu = r.host.noise.measure = bad;
  r.command = r.warnings = r.method = {bad};
  r.host.mitigations = {{bad, bad}};
  for (Bench& b : r.benches) {
    b.title = b.state = b.unit = bad;
    for (Peer& p : b.peers) p.version = bad;
  }
  const json seen = in_browser(html_of(r), 390, Theme::kLight, kLook);
  ASSERT_FALSE(seen.contains("error")) << seen.at("error").get<std::string>();
  EXPECT_EQ(seen.at("scripts"), 0);
  EXPECT_EQ(seen.at("title"), "unpark bench, " + bad);
  EXPECT_EQ(seen.at("scroll"), seen.at("width")) << "600 letters without a blank push the page";
  EXPECT_EQ(seen.at("percentiles").size(), r.benches.size());
}

}  // namespace
}  // namespace unpark::bench
