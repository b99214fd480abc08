// SPDX-License-Identifier: Apache-2.0
#include "bench/report_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/text_lines.h"
#include "bench/wording.h"

namespace unpark::bench {

namespace {

// Columns of the row of a peer; the ratio takes what a long interval takes.
constexpr std::size_t kPeer = 8, kFigure = 11, kRatio = 24, kMinColumns = 64;
// What a row with all of them takes. Where there is less, the 99th percentile goes.
constexpr std::size_t kWide = 76;

struct Sheet {
  const Paint& paint;
  std::size_t columns;
  std::string text;

  void line(std::string_view content, Colour colour = Colour::kNone) {
    text += paint(colour, fitted(content, std::min(width_of(content), columns))) + "\n";
  }
};

void header(const Report& r, Sheet& sheet) {
  sheet.line(printable(fmt::format("unpark bench, {}, unpark {}", r.created, r.unpark)),
             Colour::kBold);
  const Host& h = r.host;
  sheet.line(
      printable(fmt::format("  {}; {} CPUs; Linux {}; {}", h.cpu, h.cpus, h.kernel, h.kvm_module)));
  for (const std::string& w : warnings_of(r))
    sheet.text += wrapped("  WARNING: ", w, sheet.columns, sheet.paint, Colour::kYellow);
}

std::string shown(const TargetResult& t) {
  return fmt::format("{} {}{}", word_of(t.verdict), round_figure(t.target.ratio),
                     t.clear ? "" : " ~");
}

// The peer's row. The ratio of unpark to this peer stands in it, and the target to this peer.
void row(const Bench& b, const Peer& p, Sheet& sheet) {
  std::string text = "  " + fitted(printable(p.peer), kPeer);
  const auto add = [&](double n) {
    text += fmt::format(" {:>{}}", p.summary.n == 0 ? "none" : figure(n), kFigure);
  };
  add(p.summary.p50);
  if (sheet.columns >= kWide) add(p.summary.p99);
  const Ratio* r = ratio_to(b, p.peer);
  if (r) {
    const std::string ratio =
        fmt::format("  {:<5} {}", figure(r->interval.value), range(r->interval));
    text += fitted(ratio, std::max(kRatio, width_of(ratio)));
  }
  const auto results = target_results(b);
  const auto target = std::find_if(results.begin(), results.end(),
                                   [&](const TargetResult& t) { return t.target.to == p.peer; });
  if (target == results.end()) {
    text.erase(text.find_last_not_of(' ') + 1);
    return sheet.line(text);
  }
  // Cut as plain text, then painted: an escape sequence has no width.
  const std::string verdict = "  " + shown(*target);
  const std::size_t room = sheet.columns > width_of(text) ? sheet.columns - width_of(text) : 0;
  sheet.text += fitted(text, std::min(width_of(text), sheet.columns)) +
                sheet.paint(target->verdict == Verdict::kMet ? Colour::kGreen : Colour::kRed,
                            fitted(verdict, std::min(width_of(verdict), room))) +
                "\n";
}

void table(const Report& r, Sheet& sheet) {
  std::string head = fmt::format("  {} {:>{}}", fitted("peer", kPeer), "median", kFigure);
  if (sheet.columns >= kWide) head += fmt::format(" {:>{}}", "99 %", kFigure);
  sheet.line(head + "  " + fitted("unpark / peer", kRatio - 2) + "  target", Colour::kDim);
  for (const Bench& b : r.benches) {
    sheet.text += "\n";
    sheet.text += wrapped("",
                          fmt::format("{} ({}): {}, {}{}", b.title, b.name, place_of(b), b.unit,
                                      b.lower_is_better ? "" : ", more is better"),
                          sheet.columns, sheet.paint, Colour::kBold);
    if (b.peers.empty()) sheet.line("  nothing was measured");
    for (const Peer& p : b.peers) row(b, p, sheet);
  }
}

void footer(const Report& r, Sheet& sheet) {
  std::size_t met = 0, missed = 0, close = 0, confidence = 95;
  for (const Bench& b : r.benches) {
    for (const TargetResult& t : target_results(b)) {
      (t.verdict == Verdict::kMet ? met : missed) += 1;
      close += t.clear ? 0 : 1;
    }
    for (const Ratio& ratio : b.ratios)
      confidence = static_cast<std::size_t>(std::lround(ratio.confidence * 100));
  }
  sheet.text += "\n";
  if (r.benches.empty()) return sheet.line("No bench was run.");
  sheet.line(fmt::format("Targets: {} met, {} missed.", met, missed), Colour::kBold);
  std::string notes = fmt::format("Ratios are of medians, with {} % intervals.", confidence);
  if (close > 0) notes += " ~ the interval includes the target: another run could say otherwise.";
  sheet.text += wrapped("", notes, sheet.columns, sheet.paint, Colour::kDim);
}

}  // namespace

std::string table_of(const Report& report, const Paint& paint, int columns) {
  Sheet sheet{.paint = paint,
              .columns = std::max(static_cast<std::size_t>(std::max(columns, 0)), kMinColumns),
              .text = {}};
  header(report, sheet);
  sheet.text += "\n";
  if (!report.benches.empty()) table(report, sheet);
  footer(report, sheet);
  return sheet.text;
}

}  // namespace unpark::bench
