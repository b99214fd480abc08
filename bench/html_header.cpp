// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "bench/html_parts.h"
#include "bench/html_text.h"

namespace unpark::bench::html {

namespace {

// Each peer once, with the version it had: "QEMU emulator version 7.2.19".
std::vector<std::pair<std::string, std::string>> versions(const Report& report) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Bench& b : report.benches)
    for (const Peer& p : b.peers) {
      const std::pair entry(p.peer, p.version);
      if (std::find(all.begin(), all.end(), entry) == all.end()) all.push_back(entry);
    }
  return all;
}

std::string sample(std::string_view classes) {
  return fmt::format(
      "<svg class=\"chip\" viewBox=\"0 0 29 11\" aria-hidden=\"true\"><path class=\"line {}\" "
      "d=\"M0 5.5H29\"/></svg>",
      classes);
}

}  // namespace

std::string header(const Report& report) {
  std::string command;
  for (const std::string& word : report.command) command += (command.empty() ? "" : " ") + word;
  std::string text = fmt::format(
      "<h1>unpark bench</h1>\n<p>{}, unpark {}, on {}.<br><code>{}</code></p>\n",
      escaped(report.created), escaped(report.unpark), escaped(report.host.cpu), escaped(command));
  const auto peers = versions(report);
  if (peers.empty()) return text;
  text += "<ul class=\"legend\">";
  for (const auto& [peer, version] : peers)
    text += fmt::format("<li>{}{}{}</li>", sample(colour_class(peer)), escaped(peer),
                        version.empty() ? std::string{} : ": " + escaped(version));
  return text + "</ul>\n";
}

std::string warnings(const Report& report) {
  const auto all = warnings_of(report);
  if (all.empty()) return {};
  std::string text =
      "<section class=\"warning\" aria-labelledby=\"warnings\"><h2 id=\"warnings\">Before you read "
      "the figures</h2><ul>\n";
  for (const std::string& w : all) text += "<li>" + escaped(w) + "</li>\n";
  return text + "</ul></section>\n";
}

std::string legend(const std::vector<std::string>& peers) {
  std::string text = "<ul class=\"legend\">";
  for (const std::string& p : peers)
    text += "<li>" + sample(colour_class(p)) + escaped(p) + "</li>";
  return text + "</ul>\n";
}

std::string legend(const Bench& bench) {
  std::vector<std::string> peers;
  for (const Peer& p : bench.peers) peers.push_back(p.peer);
  return legend(peers);
}

}  // namespace unpark::bench::html
