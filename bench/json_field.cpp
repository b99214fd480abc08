// SPDX-License-Identifier: Apache-2.0
#include "bench/json_field.h"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace unpark::bench {

namespace {

const OrderedJson kNothing;

// A value as a sentence can show it.
std::string shown(const OrderedJson& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  std::string text = value.dump(-1, ' ', true, OrderedJson::error_handler_t::replace);
  constexpr std::size_t kEnough = 40;
  if (text.size() > kEnough) text.replace(kEnough, std::string::npos, "...");
  return text;
}

Error syntax_error(std::string_view text, std::size_t byte) {
  if (byte >= text.size())
    return {fmt::format("ends at byte {} in the middle of its JSON: it was cut off", text.size())};
  return {fmt::format("is not JSON from byte {} on", byte)};
}

}  // namespace

Result<OrderedJson, Error> parse_document(std::string_view text) {
  // The library keeps one of two equal keys without a word, and has no limit of depth: an array in
  // an array takes some forty bytes of memory for each byte of the file.
  bool deep = false;
  std::string twice;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int depth, OrderedJson::parse_event_t event, OrderedJson& parsed) {
    using Event = OrderedJson::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      deep = deep || static_cast<std::size_t>(depth) >= kMaxDepth;
      if (event == Event::object_start && !deep) keys.emplace_back();
    } else if (event == Event::object_end && !deep) {
      keys.pop_back();
    } else if (event == Event::key && !deep) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second && twice.empty()) twice = key;
    }
    return !deep;  // false: what is nested there is not kept
  };
  try {
    OrderedJson value = OrderedJson::parse(text, watch);
    if (deep) return Unexpected{Error{fmt::format("nests more than {} levels", kMaxDepth)}};
    if (!twice.empty()) return Unexpected{Error{fmt::format("has {} twice", shown(twice))}};
    return value;
  } catch (const OrderedJson::parse_error& e) {
    return Unexpected{syntax_error(text, e.byte)};
  } catch (const OrderedJson::exception&) {
    return Unexpected{Error{"has a number that is out of range"}};
  }
}

void JsonField::refuse_because(std::string_view why) const {
  if (!failed()) *error_ = fmt::format("{} {}", path_.empty() ? "the whole" : path_, why);
}

void JsonField::refuse(std::string_view expected) const {
  if (!failed()) refuse_because(fmt::format("is {}; it must be {}", shown(*value_), expected));
}

bool JsonField::has(const char* key) const {
  if (!value_->is_object()) return false;
  const auto found = value_->find(key);
  return found != value_->end() && !found->is_null();
}

JsonField JsonField::operator[](const char* key) const {
  const std::string path = path_.empty() ? key : path_ + "." + key;
  if (!value_->is_object()) {
    refuse("an object");
    return {kNothing, path, *error_};
  }
  const auto found = value_->find(key);
  if (found != value_->end()) return {*found, path, *error_};
  if (!failed()) *error_ = fmt::format("{} is missing", path);
  return {kNothing, path, *error_};
}

std::string JsonField::text() const {
  if (!value_->is_string()) {
    refuse("a string");
    return {};
  }
  const auto& text = value_->get_ref<const std::string&>();
  if (text.size() <= kMaxText) return text;
  refuse_because(fmt::format("has {} bytes; it may have {}", text.size(), kMaxText));
  return {};
}

std::string JsonField::text_or(const char* key, std::string other) const {
  return has(key) ? (*this)[key].text() : std::move(other);
}

bool JsonField::flag() const {
  if (value_->is_boolean()) return value_->get<bool>();
  refuse("true or false");
  return false;
}

double JsonField::number() const {
  const double n = value_->is_number() ? value_->get<double>() : -1;
  if (n >= 0 && n <= kMaxNumber) return n;
  refuse(fmt::format("a number from 0 to {:g}", kMaxNumber));
  return 0;
}

std::uint64_t JsonField::whole(std::uint64_t max) const {
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() <= max)
    return value_->get<std::uint64_t>();
  refuse(fmt::format("a whole number from 0 to {}", max));
  return 0;
}

std::uint32_t JsonField::count() const {
  return static_cast<std::uint32_t>(whole(1'000'000));
}

std::vector<double> JsonField::numbers() const {
  std::vector<double> all;
  if (!value_->is_array()) {
    refuse("an array of numbers");
    return all;
  }
  all.reserve(value_->size());
  for (const OrderedJson& element : *value_) {
    // There may be millions: the path is made for the one that is wrong.
    const double n = element.is_number() ? element.get<double>() : -1;
    if (!(n >= 0 && n <= kMaxNumber)) {
      const std::string path = fmt::format("{}[{}]", path_, all.size());
      static_cast<void>(JsonField(element, path, *error_).number());
      break;
    }
    all.push_back(n);
  }
  return all;
}

std::vector<std::string> JsonField::texts() const {
  std::vector<std::string> all;
  each(100'000, [&](const JsonField& element) { all.push_back(element.text()); });
  return all;
}

std::vector<std::pair<std::string, std::string>> JsonField::facts() const {
  std::vector<std::pair<std::string, std::string>> all;
  if (!value_->is_object()) refuse("an object");
  for (const auto& [key, value] : value_->items()) {
    if (failed()) break;
    all.emplace_back(key, JsonField(value, path_ + "." + key, *error_).text());
  }
  return all;
}

void JsonField::each(std::size_t most, const std::function<void(const JsonField&)>& visit) const {
  if (!value_->is_array()) return refuse("an array");
  if (value_->size() > most)
    return refuse_because(fmt::format("has {} elements; it may have {}", value_->size(), most));
  std::size_t i = 0;
  for (const OrderedJson& element : *value_) {
    if (failed()) break;
    visit(JsonField(element, fmt::format("{}[{}]", path_, i++), *error_));
  }
}

}  // namespace unpark::bench
