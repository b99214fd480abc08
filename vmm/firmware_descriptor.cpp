// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace unpark {
namespace {

using Json = nlohmann::json;

// A value and the words for it in a sentence: "mapping.executable", "targets[1].machines".
struct Member {
  const Json* value;
  std::string name;
};

// Errors in here have no file yet.
Result<Member, Error> member(const Member& of, const std::string& key) {
  std::string name = of.name.empty() ? key : fmt::format("{}.{}", of.name, key);
  if (!of.value->is_object())
    return Unexpected{Error{
        fmt::format("{} is not an object", of.name.empty() ? "the whole" : "member " + of.name)}};
  const auto at = of.value->find(key);
  if (at == of.value->end()) return Unexpected{Error{fmt::format("member {} is missing", name)}};
  return Member{&*at, std::move(name)};
}

Result<std::string, Error> as_text(const Member& m) {
  if (m.value->is_string()) return m.value->get_ref<const std::string&>();
  return Unexpected{Error{fmt::format("member {} is not a string", m.name)}};
}

Result<std::string, Error> text(const Member& of, const std::string& key) {
  const Member m = TRY(member(of, key));
  return as_text(m);
}

Result<std::vector<Member>, Error> list(const Member& of, const std::string& key) {
  const Member m = TRY(member(of, key));
  if (!m.value->is_array())
    return Unexpected{Error{fmt::format("member {} is not an array", m.name)}};
  std::vector<Member> items;
  for (const Json& item : *m.value)
    items.push_back({&item, fmt::format("{}[{}]", m.name, items.size())});
  return items;
}

Result<std::vector<std::string>, Error> texts(const Member& of, const std::string& key) {
  const std::vector<Member> items = TRY(list(of, key));
  std::vector<std::string> all;
  for (const Member& item : items) {
    std::string word = TRY(as_text(item));
    all.push_back(std::move(word));
  }
  return all;
}

Result<FirmwareDescriptor::FlashFile, Error> flash_file(const Member& of, const std::string& key) {
  const Member file = TRY(member(of, key));
  FirmwareDescriptor::FlashFile flash;
  flash.path = TRY(text(file, "filename"));
  flash.format = TRY(text(file, "format"));
  // Anything else would depend on where the program was started.
  if (!flash.path.starts_with('/'))
    return Unexpected{Error{
        fmt::format("member {}.filename is not an absolute path: {}", file.name, flash.path)}};
  return flash;
}

Result<FirmwareDescriptor, Error> read_members(const Member& top) {
  FirmwareDescriptor d;
  d.description = TRY(text(top, "description"));
  d.interface_types = TRY(texts(top, "interface-types"));
  const Member mapping = TRY(member(top, "mapping"));
  d.device = TRY(text(mapping, "device"));
  if (d.device == "flash") {
    // Younger than the rest of the format; without it, code and variables are apart.
    d.mode = "split";
    if (mapping.value->contains("mode")) d.mode = TRY(text(mapping, "mode"));
    d.code = TRY(flash_file(mapping, "executable"));
    if (d.mode == "split") d.vars_template = TRY(flash_file(mapping, "nvram-template"));
  }
  const std::vector<Member> targets = TRY(list(top, "targets"));
  for (const Member& target : targets) {
    FirmwareDescriptor::Target t;
    t.architecture = TRY(text(target, "architecture"));
    t.machines = TRY(texts(target, "machines"));
    d.targets.push_back(std::move(t));
  }
  d.features = TRY(texts(top, "features"));
  return d;
}

// The line of byte `at`, from 1.
std::ptrdiff_t line_of(std::string_view text, std::size_t at) {
  return 1 + std::ranges::count(text.substr(0, at), '\n');
}

}  // namespace

Result<FirmwareDescriptor, Error> parse_firmware_descriptor(std::string_view text,
                                                            std::string_view file) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& e) {  // nothing but the exception knows where
    const std::size_t at = std::max<std::size_t>(e.byte, 1) - 1;
    return Unexpected{
        Error{fmt::format("{}: is not JSON from line {} on", file, line_of(text, at))}};
  } catch (const Json::exception&) {
    return Unexpected{Error{fmt::format("{}: has a number out of range", file)}};
  }
  auto descriptor = read_members({&json, ""});
  if (!descriptor)
    return Unexpected{Error{fmt::format("{}: {}", file, descriptor.error().message)}};
  return descriptor;
}

}  // namespace unpark
