// SPDX-License-Identifier: Apache-2.0
// The page as text. html_chromium_test.cpp looks at it as a browser shows it.
#include "bench/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "bench/growth.h"
#include "bench/html_parts.h"
#include "bench/svg_distribution.h"
#include "tests/bench/sample_report.h"

namespace unpark::bench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, const std::string& piece) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(piece, at)) != std::string::npos; ++at) ++n;
  return n;
}

// What a page must be whatever is in it: every element closed, no figure that is none.
void expect_sound(const std::string& page) {
  for (const char* element : {"table", "tr", "td", "svg", "section", "figure", "ul", "li", "div"}) {
    std::regex opening(std::string("<") + element + "[ >]");
    const auto opened = std::distance(std::sregex_iterator(page.begin(), page.end(), opening),
                                      std::sregex_iterator());
    EXPECT_EQ(static_cast<std::size_t>(opened), count(page, std::string("</") + element + ">"))
        << element;
  }
  for (const char* none : {"nan", "inf", "NaN", "Infinity"})
    EXPECT_FALSE(std::regex_search(page, std::regex(std::string("[\"ML ]-?") + none + "[\" <]")))
        << none;
}

TEST(HtmlReport, NeedsNothingElse) {
  const std::string page = html_of(sample_report());
  expect_sound(page);
  EXPECT_THAT(page, testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* other : {"<script", "<link", "<img", "<iframe", "http://", "https://", "@import",
                            "url(", "onload", "javascript:"})
    EXPECT_THAT(page, Not(HasSubstr(other)));
}

TEST(HtmlReport, HasEverySection) {
  const std::string page = html_of(sample_report());
  for (const char* id : {"warnings", "ratios", "growth", "benches", "host", "order", "method"})
    EXPECT_EQ(count(page, std::string("<h2 id=\"") + id + "\">"), 1u) << id;
  // 11 benches with two drawings each, 2 of growth, the order of runs.
  EXPECT_EQ(count(page, "<svg class=\"plot\""), 25u);
  EXPECT_EQ(count(page, "role=\"img\" aria-label=\""), 25u)
      << "each has words for who cannot see it";
  EXPECT_EQ(count(page, "<table class=\"percentiles\">"), 11u);
}

TEST(HtmlReport, WarnsBeforeTheFigures) {
  Report r = sample_report();
  r.complete = false;
  r.incomplete = "SIGINT came";
  const std::string page = html_of(r);
  const auto warning = page.find("class=\"warning\"");
  EXPECT_LT(warning, page.find("<main>"));
  for (const char* words : {"The report is incomplete: SIGINT came", "The host is emulated (TCG)",
                            "The host is noisy: 412.5 us"})
    EXPECT_NE(page.find(words, warning), std::string::npos) << words;
}

TEST(HtmlReport, DoesNotWarnWithoutAReason) {
  EXPECT_THAT(html_of(sample_report(/*emulated=*/false)), Not(HasSubstr("class=\"warning\"")));
}

TEST(HtmlReport, EveryStringOfTheReportIsEscaped) {
  const std::string bad = "\"'><script>x</script>&\033\xff";
  Report r = sample_report();
  r.created = r.unpark = r.incomplete = bad;
  r.complete = false;
  r.command = r.warnings = r.method = {bad};
  Host& h = r.host;
  h.cpu = h.kernel = h.kvm_module = h.smm = h.governor = h.hypervisor = bad;
  h.kvm_parameters = h.mitigations = {{bad, bad}};
  h.noise.measure = h.noise.unit = bad;
  for (OrderEntry& e : r.order) e.peer = e.bench = bad;
  for (Bench& b : r.benches) {
    b.name = b.title = b.unit = b.state = bad;
    for (Peer& p : b.peers) p.peer += bad, p.version = bad;
    for (Ratio& ratio : b.ratios) ratio.of += bad, ratio.to += bad, ratio.method = bad;
    for (Target& t : b.targets) t.to += bad;
  }
  const std::string page = html_of(r);
  expect_sound(page);
  EXPECT_THAT(page,
              AllOf(Not(HasSubstr("<script")), Not(HasSubstr("\033")), Not(HasSubstr("\xff"))));
  EXPECT_THAT(page, HasSubstr("&quot;&#39;&gt;&lt;script&gt;x&lt;/script&gt;&amp;"));
}

TEST(HtmlReport, OfNothingIsAPage) {
  const std::string page = html_of({});
  expect_sound(page);
  EXPECT_THAT(page, AllOf(HasSubstr("No bench was run."), HasSubstr("No order is recorded.")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("id=\"growth\"")), Not(HasSubstr("id=\"benches\""))));
}

Report of(std::vector<Peer> peers) {
  Report r;
  r.benches = {{.name = "x", .title = "X", .unit = "us", .peers = std::move(peers)}};
  add_figures(r);
  return r;
}

TEST(HtmlReport, OfABenchWithoutPeersSaysSo) {
  const std::string page = html_of(of({}));
  expect_sound(page);
  EXPECT_THAT(page, HasSubstr("Nothing was measured."));
}

TEST(HtmlReport, OfOnePeerHasNoRatios) {
  const std::string page = html_of(of({{.peer = "unpark", .rounds = {{.samples = {3, 4, 5}}}}}));
  expect_sound(page);
  EXPECT_THAT(page, HasSubstr("There are no ratios"));
  EXPECT_EQ(count(page, "<svg class=\"plot\""), 2u);
}

TEST(HtmlReport, OfOneSampleIsDrawn) {
  const std::string page = html_of(of({{.peer = "unpark", .rounds = {{.samples = {3}}}},
                                       {.peer = "qemu", .rounds = {{.samples = {}, .lost = 7}}}}));
  expect_sound(page);
  EXPECT_EQ(count(page, "<svg class=\"plot\""), 2u);
  EXPECT_THAT(page, AllOf(HasSubstr("7 of 7 samples of qemu were lost"), HasSubstr("lost</th>")));
}

TEST(HtmlReport, OfZerosHasNothingToDraw) {
  const std::string page = html_of(of({{.peer = "unpark", .rounds = {{.samples = {0, 0}}}}}));
  expect_sound(page);
  EXPECT_THAT(page, HasSubstr("no sample above zero"));
}

TEST(HtmlReport, OfNumbersFromTheEndsOfDoubleIsDrawn) {
  Report r = of({{.peer = "unpark", .rounds = {{.samples = {0, 5e-324, 1e-300, 1, 1e15}}}},
                 {.peer = "qemu", .rounds = {{.samples = {1e308, 1.79e308}}}}});
  r.benches[0].ratios = {{.of = "unpark", .to = "qemu", .interval = {1e15, 0, 1e15}}};
  r.benches[0].targets = {{"qemu", 0}};
  r.benches.push_back(r.benches[0]);
  r.benches[1].cpus = 1'000'000;
  r.order = {{.peer = "unpark", .started_s = 1e15}};
  expect_sound(html_of(r));
}

TEST(HtmlReport, ThousandsOfRunsAreCounted) {
  Report r;
  for (std::uint32_t i = 0; i < 20'000; ++i)
    r.order.push_back({.run = i, .peer = i % 2 ? "qemu" : "unpark", .started_s = i * 0.1});
  const std::string page = html_of(r);
  expect_sound(page);
  EXPECT_THAT(page, AllOf(HasSubstr("All 20000 runs"), HasSubstr("19000 more are in the JSON")));
  EXPECT_LT(count(page, "<rect"), 3001u);
}

// The top of the histogram's outline is where the greatest share is: all samples in one bin reach
// 100 %, half of them in each of two bins reach 50 % both.
TEST(Histogram, HeightIsTheShareOfSamples) {
  const auto tops = [](const Samples& samples) {
    const std::string svg =
        histogram_svg({.peers = {{.peer = "unpark", .rounds = {{.samples = samples}}}}});
    const auto at = svg.find("class=\"line p0\" d=\"");
    std::set<std::string> ys;
    const std::regex point("[ML]([0-9.]+) ([0-9.]+)");
    for (std::sregex_iterator i(svg.begin() + static_cast<std::ptrdiff_t>(at), svg.end(), point),
         end;
         i != end; ++i)
      ys.insert((*i)[2]);
    return ys;
  };
  EXPECT_EQ(tops({10, 10}).size(), 2u) << "the floor and one height";
  EXPECT_EQ(tops({10, 20}).size(), 2u) << "the floor and one height, twice";
  EXPECT_EQ(tops({10, 20, 20}).size(), 3u);
}

// Relative luminance and contrast of WCAG 2.1.
double luminance(const std::string& hex) {
  const bool brief = hex.size() == 4;
  double sum = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string digits = brief ? std::string(2, hex[1 + i]) : hex.substr(1 + 2 * i, 2);
    const double c = std::stoi(digits, nullptr, 16) / 255.0;
    sum += weights[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(HtmlStyle, EveryColourCanBeReadOnItsBackground) {
  const std::string css = html::style();
  int themes = 0;
  for (std::size_t at = css.find(":root{"); at != std::string::npos;
       at = css.find(":root{", at + 1)) {
    const std::string block = css.substr(at, css.find('}', at) - at);
    std::map<std::string, std::string> colours;
    const std::regex variable("--([a-z0-9-]+):\\s*(#[0-9a-f]{3,6})");
    for (std::sregex_iterator i(block.begin(), block.end(), variable), end; i != end; ++i)
      colours[(*i)[1]] = (*i)[2];
    for (const char* background : {"paper", "card"})
      for (const char* ink : {"ink", "soft", "good", "bad", "c0", "c1", "c2", "c3", "c4", "c5"})
        EXPECT_GE(contrast(colours.at(ink), colours.at(background)), 4.5)
            << ink << " on " << background << ", theme " << themes;
    EXPECT_GE(contrast(colours.at("warn-ink"), colours.at("warn")), 4.5) << themes;
    ++themes;
  }
  EXPECT_EQ(themes, 3) << "light, dark, print";
}

}  // namespace
}  // namespace unpark::bench
