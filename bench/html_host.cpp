// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "bench/html_parts.h"
#include "bench/html_text.h"
#include "bench/svg_plot.h"
#include "bench/wording.h"

namespace unpark::bench::html {

namespace {

std::string fact(std::string_view name, const std::string& value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name),
                     escaped(value.empty() ? "unknown" : value));
}

std::string facts(std::string_view name, const Facts& facts) {
  std::string value;
  for (const auto& [key, text] : facts)
    value += fmt::format("<div><code>{}</code>: {}</div>", escaped(key), escaped(text));
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", name,
                     value.empty() ? "none" : value);
}

constexpr std::size_t kMostDrawn = 3000, kMostListed = 1000;

std::vector<std::string> peers_of(const Report& report) {
  std::vector<std::string> peers;
  for (const OrderEntry& e : report.order)
    if (std::find(peers.begin(), peers.end(), e.peer) == peers.end()) peers.push_back(e.peer);
  return peers;
}

std::string timeline(const Report& report, const std::vector<std::string>& peers) {
  double end = 0;
  for (const OrderEntry& e : report.order) end = std::max(end, e.started_s);
  const Scale x(Scale::Kind::kLinear, 0, end > 0 ? end * 1.02 : 1, Plot::kLeft, Plot::kRight);
  Plot plot;
  plot.x_axis(x, linear_ticks(0, x.high(), 6), "seconds since the start");
  const double height = (Plot::kBottom - Plot::kTop) / static_cast<double>(peers.size());
  for (std::size_t i = 0; i < peers.size(); ++i)
    plot.text(Plot::kLeft - 6, Plot::kTop + height * (static_cast<double>(i) + 0.5) + 4, "end",
              fitted(printable(peers[i]), std::min<std::size_t>(7, peers[i].size())));
  const std::size_t stride = report.order.size() / kMostDrawn + 1;
  for (std::size_t i = 0; i < report.order.size(); i += stride) {
    const OrderEntry& e = report.order[i];
    const auto lane = std::find(peers.begin(), peers.end(), e.peer) - peers.begin();
    plot.bar(colour_class(e.peer), x(e.started_s),
             Plot::kTop + height * (static_cast<double>(lane) + 0.2), 2, height * 0.6);
  }
  return plot.svg("Order of runs",
                  fmt::format("{} runs of {} peers in {} seconds; the table below lists them",
                              report.order.size(), peers.size(), figure(end)));
}

}  // namespace

std::string host(const Report& report) {
  const Host& h = report.host;
  std::string text =
      "<section aria-labelledby=\"host\"><h2 id=\"host\">Host</h2>\n<table "
      "class=\"facts\"><tbody>\n";
  text += fact("CPU", h.cpu) + fact("CPUs", std::to_string(h.cpus)) +
          fact("TSC", h.tsc_khz > 0 ? figure(h.tsc_khz) + " kHz" : "") + fact("kernel", h.kernel) +
          fact("KVM module", h.kvm_module) + facts("its parameters", h.kvm_parameters) +
          fact("SMM", h.smm) + fact("governor", h.governor) + fact("hypervisor", h.hypervisor) +
          fact("kind", h.emulated     ? "emulated"
                       : h.is_virtual ? "virtual machine"
                                      : "real machine") +
          fact("noise", fmt::format("{} {}{} ({})", figure(h.noise.value), h.noise.unit,
                                    h.noise.noisy ? ", too much" : "", h.noise.measure)) +
          facts("mitigations", h.mitigations);
  return text + "</tbody></table></section>\n";
}

std::string order(const Report& report) {
  std::string text = "<section aria-labelledby=\"order\"><h2 id=\"order\">Order of runs</h2>\n";
  if (report.order.empty()) return text + "<p>No order is recorded.</p></section>\n";
  const std::vector<std::string> peers = peers_of(report);
  text +=
      "<p>Peers take turns, so that a host that becomes slower or faster meets all of them.</p>\n";
  constexpr std::size_t kMostLanes = 8;
  if (peers.size() <= kMostLanes) text += "<figure>" + timeline(report, peers) + "</figure>\n";
  text +=
      fmt::format("<details><summary>All {} runs</summary><table><thead><tr>", report.order.size());
  for (const std::string_view head : {"run", "starts", "peer", "bench", "CPUs"})
    text += fmt::format("<th scope=\"col\">{}</th>", head);
  text += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < std::min(report.order.size(), kMostListed); ++i) {
    const OrderEntry& e = report.order[i];
    text += fmt::format(
        "<tr><td class=\"number\">{}</td><td class=\"number\">{:.1f} s</td><td>{}</td><td>{}</td>"
        "<td class=\"number\">{}</td></tr>\n",
        e.run, e.started_s, escaped(e.peer), escaped(e.bench), e.cpus);
  }
  text += "</tbody></table>";
  if (report.order.size() > kMostListed)
    text += fmt::format("<p>{} more are in the JSON.</p>", report.order.size() - kMostListed);
  return text + "</details></section>\n";
}

std::string method(const Report& report) {
  std::string text = "<section aria-labelledby=\"method\"><h2 id=\"method\">Method</h2>\n<ul>\n";
  for (const std::string& sentence : report.method) text += "<li>" + escaped(sentence) + "</li>\n";
  // One for all: benches of a report are calculated in the same way.
  std::vector<std::string> ways;
  for (const Bench& b : report.benches)
    for (const Ratio& r : b.ratios) {
      const std::string way =
          fmt::format("Ratios: {}. Confidence: {:g} %.", r.method, r.confidence * 100);
      if (!r.method.empty() && std::find(ways.begin(), ways.end(), way) == ways.end())
        ways.push_back(way);
    }
  for (const std::string& way : ways) text += "<li>" + escaped(way) + "</li>\n";
  text +=
      "<li>Percentiles are of all samples of all rounds, interpolated between the two nearest "
      "samples.</li>\n<li>A target is met if the ratio reaches it. If its interval includes the "
      "target, another run could say otherwise.</li>\n";
  return text + "</ul></section>\n";
}

}  // namespace unpark::bench::html
