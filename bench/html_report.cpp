// SPDX-License-Identifier: Apache-2.0
#include "bench/html_report.h"

#include "bench/html_parts.h"
#include "bench/html_text.h"

namespace unpark::bench {

namespace {

std::string contents(const Report& report, bool grows) {
  std::string links = "<a href=\"#ratios\">Ratios</a>";
  if (grows) links += "<a href=\"#growth\">Growth</a>";
  if (!report.benches.empty()) links += "<a href=\"#benches\">Benches</a>";
  links +=
      "<a href=\"#host\">Host</a><a href=\"#order\">Order of runs</a><a "
      "href=\"#method\">Method</a>";
  return "<nav aria-label=\"Contents\">" + links + "</nav>\n";
}

}  // namespace

std::string html_of(const Report& report) {
  const std::string growth = html::growth(report);
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n";
  page += "<title>unpark bench, " + escaped(report.created) + "</title>\n<style>" + html::style() +
          "</style>\n</head>\n<body>\n";
  page += "<header>\n" + html::header(report) + html::warnings(report) +
          contents(report, !growth.empty()) + "</header>\n<main>\n";
  page += html::summary(report) + growth + html::benches(report) + html::host(report) +
          html::order(report) + html::method(report);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace unpark::bench
