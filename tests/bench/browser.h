// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace unpark::bench {

enum class Theme { kLight, kDark };

// Shows `page` in headless Chromium, in a frame of `width` pixels, runs `script` there once it is
// loaded, and returns what that gives back: the body of a function of `page` (the document) and
// `view` (its window) that returns something JSON can hold. Without network, with a profile of its
// own that is gone afterwards. An object with the one member "error" if Chromium is missing or does
// not come to an end.
nlohmann::json in_browser(const std::string& page, int width, Theme theme,
                          const std::string& script);

}  // namespace unpark::bench
