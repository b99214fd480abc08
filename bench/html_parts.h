// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "bench/report.h"

// The sections of the page, each a piece of HTML; html_of() puts them together. All strings of a
// report are escaped in them.
namespace unpark::bench::html {

std::string style();  // the content of <style>

// Name, when, which version, with which command; the peers' versions.
std::string header(const Report& report);
std::string warnings(const Report& report);  // empty if there is none
std::string summary(const Report& report);   // the ratios and the targets
std::string growth(const Report& report);    // empty if nothing was measured on several machines
std::string benches(const Report& report);   // percentiles and distributions of each
std::string host(const Report& report);
std::string order(const Report& report);
std::string method(const Report& report);

// Which colour is which peer.
std::string legend(const std::vector<std::string>& peers);
std::string legend(const Bench& bench);

}  // namespace unpark::bench::html
