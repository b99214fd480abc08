// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/browser.h"

#include <stdlib.h>

#include <fstream>

#include "tests/vmm/environment_variable.h"
#include "tests/vmm/temp_dir.h"
#include "tests/vmm/unpark_program.h"

namespace unpark::bench {

namespace {

std::string unescaped(std::string text) {
  for (const auto& [entity, character] : {std::pair("&lt;", "<"), std::pair("&gt;", ">"),
                                          std::pair("&nbsp;", "\xc2\xa0"), std::pair("&amp;", "&")})
    for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos; ++at)
      text.replace(at, std::string_view(entity).size(), character);
  return text;
}

// The page has to stand in a frame: a window of Chromium has 500 pixels at least. srcdoc gives the
// frame the origin of this page, so that the script may look into it, while the page's own policy
// goes on to forbid scripts inside.
std::string frame_around(const std::string& page, int width, const std::string& script) {
  std::string attribute;
  for (const char c : page) {
    if (c == '&')
      attribute += "&amp;";
    else if (c == '"')
      attribute += "&quot;";
    else
      attribute += c;
  }
  return "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<pre id=\"result\"></pre>\n"
         "<iframe id=\"frame\" width=\"" +
         std::to_string(width) + "\" height=\"800\" style=\"border:0\" srcdoc=\"" + attribute +
         "\"></iframe>\n<script>\nwindow.addEventListener('load', () => {\n"
         "  const view = document.getElementById('frame').contentWindow, page = view.document;\n"
         "  let value;\n  try { value = (() => {" +
         script +
         "})(); }\n  catch (e) { value = {error: String(e)}; }\n"
         "  document.getElementById('result').textContent = '@' + JSON.stringify(value) + '@';\n"
         "});\n</script>\n";
}

}  // namespace

nlohmann::json in_browser(const std::string& page, int width, Theme theme,
                          const std::string& script) {
  const TempDir dir;
  const EnvironmentVariable home{"HOME", (dir / "home").c_str()};
  std::filesystem::create_directory(dir / "home");
  const std::string file = dir / "frame.html";
  std::ofstream(file, std::ios::binary) << frame_around(page, width, script);
  const std::string dark = theme == Theme::kDark ? "0" : "1";  // blink's enum of colour schemes
  // Chromium's processes would outlive one that hangs; timeout ends them together.
  const ProgramEnd end = run_program(
      {"timeout", "--kill-after=5", "120", "chromium", "--headless", "--no-sandbox",
       "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
       "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
       "--proxy-server=127.0.0.1:9", "--user-data-dir=" + (dir / "profile"),
       "--blink-settings=preferredColorScheme=" + dark, "--window-size=1400,1000", "--dump-dom",
       "file://" + file});
  if (end.status == 127)
    return {
        {"error", "chromium is not installed: apt-get install chromium (`./dev test unit` does)"}};
  const auto begin = end.out.find("<pre id=\"result\">@"), stop = end.out.find("@</pre>");
  if (end.status != 0 || begin == std::string::npos || stop == std::string::npos)
    return {{"error", "chromium ended with status " + std::to_string(end.status) +
                          " and no result: " + end.err.substr(0, 2000)}};
  const std::size_t from = begin + std::string_view("<pre id=\"result\">@").size();
  auto result = nlohmann::json::parse(unescaped(end.out.substr(from, stop - from)), nullptr, false);
  if (result.is_discarded()) return {{"error", "not JSON: " + end.out.substr(from, 200)}};
  return result;
}

}  // namespace unpark::bench
