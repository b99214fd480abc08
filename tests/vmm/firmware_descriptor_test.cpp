// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/vmm/firmware_descriptor_fixture.h"

namespace unpark {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

const json kGood = debian_descriptor("/fw/CODE.fd", "/fw/VARS.fd");

std::string refusal(std::string_view text) {
  const auto d = parse_firmware_descriptor(text, "/x/50.json");
  EXPECT_FALSE(d) << text;
  return d ? "" : d.error().message;
}

TEST(FirmwareDescriptor, OfDebianIsReadMemberByMember) {
  const auto d = parse_firmware_descriptor(kGood.dump(2), "/x/50.json");
  ASSERT_TRUE(d) << d.error().message;
  EXPECT_EQ(d->description, "UEFI firmware for x86_64, with Secure Boot and SMM, empty varstore");
  EXPECT_THAT(d->interface_types, ElementsAre("uefi"));
  EXPECT_EQ(d->device, "flash");
  EXPECT_EQ(d->code.path, "/fw/CODE.fd");
  EXPECT_EQ(d->code.format, "raw");
  EXPECT_EQ(d->vars_template.path, "/fw/VARS.fd");
  EXPECT_EQ(d->vars_template.format, "raw");
  ASSERT_EQ(d->targets.size(), 1u);
  EXPECT_EQ(d->targets[0].architecture, "x86_64");
  EXPECT_THAT(d->targets[0].machines, ElementsAre("pc-q35-*"));
  EXPECT_THAT(d->features,
              ElementsAre("acpi-s3", "amd-sev", "requires-smm", "secure-boot", "verbose-dynamic"));
}

TEST(FirmwareDescriptor, WithoutAFlashModeIsSplit) {
  EXPECT_EQ(parse_firmware_descriptor(kGood.dump(), "f").value().mode, "split");
}

TEST(FirmwareDescriptor, OfAStatelessFlashNeedsNoTemplate) {
  json j = kGood;
  j["mapping"]["mode"] = "stateless";
  j["mapping"].erase("nvram-template");
  const auto d = parse_firmware_descriptor(j.dump(), "f");
  ASSERT_TRUE(d) << d.error().message;
  EXPECT_EQ(d->mode, "stateless");
  EXPECT_THAT(d->vars_template.path, IsEmpty());
}

TEST(FirmwareDescriptor, OfMemoryNeedsNoFlashFiles) {
  json j = kGood;
  j["mapping"] = {{"device", "memory"}, {"filename", "/fw/x.fd"}};
  const auto d = parse_firmware_descriptor(j.dump(), "f");
  ASSERT_TRUE(d) << d.error().message;
  EXPECT_EQ(d->device, "memory");
}

TEST(FirmwareDescriptor, MembersThatAreNotKnownAreSkipped) {
  json j = kGood;
  j["of-tomorrow"] = {1, 2, 3};
  j.erase("tags");
  EXPECT_TRUE(parse_firmware_descriptor(j.dump(), "f"));
}

TEST(FirmwareDescriptor, ThatIsNoJsonIsRefusedWithItsFileAndLine) {
  EXPECT_EQ(refusal("{\n  \"description\": \"x\",\n  oops\n}\n"),
            "/x/50.json: is not JSON from line 3 on");
  EXPECT_EQ(refusal(""), "/x/50.json: is not JSON from line 1 on");
  EXPECT_EQ(refusal("{\"a\": \"\xff\"}"), "/x/50.json: is not JSON from line 1 on");
}

TEST(FirmwareDescriptor, CutAnywhereIsRefused) {
  const std::string whole = kGood.dump(2);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(refusal(whole.substr(0, size)), "");
}

TEST(FirmwareDescriptor, WithANumberOutOfRangeIsRefused) {
  EXPECT_EQ(refusal("{\"a\": 1e999}"), "/x/50.json: has a number out of range");
}

TEST(FirmwareDescriptor, OfDeepNestingIsRefusedAndNotRecursedInto) {
  EXPECT_NE(refusal(std::string(1 << 20, '[')), "");
  EXPECT_NE(refusal(std::string(1 << 19, '[') + std::string(1 << 19, ']')), "");
}

TEST(FirmwareDescriptor, ThatIsNoObjectIsRefused) {
  EXPECT_EQ(refusal("[]"), "/x/50.json: the whole is not an object");
  EXPECT_EQ(refusal("null"), "/x/50.json: the whole is not an object");
}

TEST(FirmwareDescriptor, WithoutAMemberIsRefusedByTheMembersName) {
  for (const char* pointer :
       {"/description", "/interface-types", "/mapping", "/mapping/device", "/mapping/executable",
        "/mapping/executable/filename", "/mapping/executable/format", "/mapping/nvram-template",
        "/mapping/nvram-template/filename", "/targets", "/features"}) {
    const json::json_pointer at{pointer};
    json j = kGood;
    j[at.parent_pointer()].erase(at.back());
    std::string name = std::string(pointer).substr(1);
    std::ranges::replace(name, '/', '.');
    EXPECT_EQ(refusal(j.dump()), "/x/50.json: member " + name + " is missing");
  }
}

struct WrongType {
  const char* pointer;
  json value;
  std::string sentence;
};
class WrongMember : public testing::TestWithParam<WrongType> {};

TEST_P(WrongMember, IsRefusedByItsName) {
  json j = kGood;
  j[json::json_pointer{GetParam().pointer}] = GetParam().value;
  EXPECT_EQ(refusal(j.dump()), "/x/50.json: member " + GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(
    Types, WrongMember,
    testing::Values(
        WrongType{"/description", 7, "description is not a string"},
        WrongType{"/interface-types", "uefi", "interface-types is not an array"},
        WrongType{"/interface-types/0", nullptr, "interface-types[0] is not a string"},
        WrongType{"/mapping", "flash", "mapping is not an object"},
        WrongType{"/mapping/mode", 1, "mapping.mode is not a string"},
        WrongType{"/mapping/executable", "/fw/x", "mapping.executable is not an object"},
        WrongType{"/mapping/executable/filename", "x.fd",
                  "mapping.executable.filename is not an absolute path: x.fd"},
        WrongType{"/targets", json::object(), "targets is not an array"},
        WrongType{"/targets/0", "x86_64", "targets[0] is not an object"},
        WrongType{"/targets/0/machines", "pc", "targets[0].machines is not an array"},
        WrongType{"/targets/0/machines/0", 35, "targets[0].machines[0] is not a string"},
        WrongType{"/features", true, "features is not an array"}));

}  // namespace
}  // namespace unpark
