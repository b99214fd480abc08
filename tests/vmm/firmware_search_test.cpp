// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/vmm/environment_variable.h"
#include "tests/vmm/firmware_descriptor_fixture.h"
#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct FirmwareSearchTest : testing::Test {
  TempDir dir;
  const std::string user = dir / "user", host = dir / "host", distribution = dir / "distribution";
  const json good = debian_descriptor(dir / "CODE.fd", dir / "VARS.fd");

  FirmwareSearchTest() {
    for (const auto& folder : {user, host, distribution}) std::filesystem::create_directory(folder);
    put(dir / "CODE.fd", "code");
    put(dir / "VARS.fd", "vars");
  }
  static void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  FirmwareSearch find() { return find_firmware({user, host, distribution}); }
  std::string taken() {
    const FirmwareSearch search = find();
    return search.taken() == nullptr ? "" : search.taken()->file;
  }
  std::vector<std::string> files() {
    std::vector<std::string> all;
    for (const FoundFirmware& f : find().found) all.push_back(f.file);
    return all;
  }
  // Of a single descriptor that is not taken.
  std::string why_not(const std::string& text) {
    const std::string path = distribution + "/50.json";
    put(path, text);
    const FirmwareSearch search = find();
    EXPECT_EQ(search.taken(), nullptr);
    EXPECT_EQ(search.found.size(), 1u);
    if (search.found.size() != 1) return {};
    EXPECT_EQ(search.found[0].file, path);
    EXPECT_EQ(search.found[0].verdict, FirmwareVerdict::kRefused);
    EXPECT_THAT(search.found[0].why, Not(HasSubstr("\n")));
    return search.found[0].why;
  }
  std::string why_not_with(const char* pointer, const json& value) {
    json j = good;
    j[json::json_pointer{pointer}] = value;
    return why_not(j.dump());
  }
};

TEST_F(FirmwareSearchTest, WithoutKeysMeansTheFirstThatFitsAndHasNone) {
  json keys = good;
  keys["features"].push_back("enrolled-keys");
  put(host + "/50.json", keys.dump());
  // With nothing else to choose from, keys are no obstacle.
  ASSERT_NE(find().taken_without_keys(), nullptr);
  EXPECT_EQ(find().taken_without_keys()->file, host + "/50.json");
  json unfit = good;
  unfit["features"] = json::array();
  put(host + "/55.json", unfit.dump());
  put(host + "/60.json", good.dump());
  EXPECT_EQ(taken(), host + "/50.json");
  EXPECT_EQ(find().taken_without_keys()->file, host + "/60.json");
}

TEST_F(FirmwareSearchTest, TakesTheFirstByNameThatFitsWhateverItsFolder) {
  put(distribution + "/60.json", good.dump());
  put(user + "/70.json", good.dump());
  put(host + "/50.json", good.dump());
  EXPECT_EQ(taken(), host + "/50.json");
  EXPECT_THAT(files(),
              ElementsAre(host + "/50.json", distribution + "/60.json", user + "/70.json"));
}

TEST_F(FirmwareSearchTest, LaterOnesThatFitAreSaidToFit) {
  put(distribution + "/50.json", good.dump());
  put(distribution + "/60.json", good.dump());
  const FirmwareSearch search = find();
  ASSERT_EQ(search.found.size(), 2u);
  EXPECT_EQ(search.found[0].verdict, FirmwareVerdict::kTaken);
  EXPECT_EQ(search.found[1].verdict, FirmwareVerdict::kFits);
}

TEST_F(FirmwareSearchTest, OneThatDoesNotFitIsPassedOver) {
  json without_smm = good;
  without_smm["features"] = {"acpi-s3"};
  put(distribution + "/40.json", without_smm.dump());
  put(distribution + "/50.json", good.dump());
  EXPECT_EQ(taken(), distribution + "/50.json");
}

TEST_F(FirmwareSearchTest, SameNameInAnEarlierFolderMasks) {
  put(distribution + "/50.json", good.dump());
  put(host + "/50.json", good.dump());
  put(user + "/50.json", good.dump());
  EXPECT_EQ(taken(), user + "/50.json");
  const FirmwareSearch search = find();
  ASSERT_EQ(search.found.size(), 3u);
  EXPECT_THAT(search.found[1].why, HasSubstr("masked by " + user + "/50.json"));
  EXPECT_THAT(search.found[2].why, HasSubstr("masked by " + user + "/50.json"));
}

TEST_F(FirmwareSearchTest, BrokenFileMasksToo) {
  put(distribution + "/50.json", good.dump());
  put(user + "/50.json", "{");
  EXPECT_EQ(taken(), "");
}

TEST_F(FirmwareSearchTest, EmptyFileMasksItsNameAltogether) {
  put(distribution + "/50.json", good.dump());
  put(host + "/50.json", "");
  EXPECT_EQ(taken(), "");
  EXPECT_THAT(find().found[0].why, HasSubstr("empty"));
}

TEST_F(FirmwareSearchTest, LinkToDevNullMasksAsAnEmptyFileDoes) {
  put(distribution + "/50.json", good.dump());
  std::filesystem::create_symlink("/dev/null", user + "/50.json");
  EXPECT_EQ(taken(), "");
  EXPECT_THAT(find().found[0].why, HasSubstr("empty"));
}

TEST_F(FirmwareSearchTest, OnlyJsonFilesThatAreNotHiddenAreLookedAt) {
  for (const char* name : {"/50.json~", "/README", "/.50.json", "/.json", "/50.JSON"})
    put(user + name, good.dump());
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(FirmwareSearchTest, LinkToADescriptorIsFollowed) {
  put(dir / "elsewhere", good.dump());
  std::filesystem::create_symlink(dir / "elsewhere", host + "/50.json");
  EXPECT_EQ(taken(), host + "/50.json");
}

TEST_F(FirmwareSearchTest, FolderThatIsMissingIsNothing) {
  const FirmwareSearch search = find_firmware({dir / "none", dir / "none either"});
  EXPECT_THAT(search.found, IsEmpty());
  EXPECT_EQ(search.taken(), nullptr);
}

TEST_F(FirmwareSearchTest, FolderThatIsNoneIsShown) {
  const FirmwareSearch search = find_firmware({dir / "CODE.fd"});
  ASSERT_EQ(search.found.size(), 1u);
  EXPECT_EQ(search.found[0].file, dir / "CODE.fd");
  EXPECT_THAT(search.found[0].why, HasSubstr("cannot be read"));
}

TEST_F(FirmwareSearchTest, RefusesWhatDoesNotFitAndSaysWhy) {
  EXPECT_THAT(why_not_with("/interface-types", {"bios"}),
              AllOf(HasSubstr("bios"), HasSubstr("uefi")));
  EXPECT_THAT(why_not_with("/mapping", {{"device", "memory"}, {"filename", "/x"}}),
              AllOf(HasSubstr("memory"), HasSubstr("flash")));
  EXPECT_THAT(why_not_with("/mapping/mode", "combined"), HasSubstr("combined"));
  EXPECT_THAT(why_not_with("/targets/0/architecture", "aarch64"),
              AllOf(HasSubstr("aarch64"), HasSubstr("x86_64")));
  EXPECT_THAT(why_not_with("/targets/0/machines", {"pc-i440fx-*", "microvm"}),
              AllOf(HasSubstr("pc-i440fx-*, microvm"), HasSubstr("q35")));
  EXPECT_THAT(why_not_with("/features", {"secure-boot"}), HasSubstr("SMM"));
  EXPECT_THAT(why_not_with("/mapping/executable/format", "qcow2"),
              AllOf(HasSubstr("qcow2"), HasSubstr(dir / "CODE.fd")));
  EXPECT_THAT(why_not_with("/mapping/nvram-template/format", "qcow2"),
              AllOf(HasSubstr("qcow2"), HasSubstr(dir / "VARS.fd")));
  EXPECT_THAT(why_not_with("/mapping/executable/filename", "/none/CODE.fd"),
              AllOf(HasSubstr("/none/CODE.fd"), HasSubstr("No such file")));
  EXPECT_THAT(why_not_with("/mapping/nvram-template/filename", "/none/VARS.fd"),
              AllOf(HasSubstr("/none/VARS.fd"), HasSubstr("No such file")));
}

TEST_F(FirmwareSearchTest, RefusesABrokenDescriptorByMember) {
  EXPECT_EQ(why_not("{"), "is not JSON from line 1 on");
  EXPECT_EQ(why_not_with("/features", "requires-smm"), "member features is not an array");
}

TEST_F(FirmwareSearchTest, RefusesWhatIsNoFileOfSensibleSize) {
  put(distribution + "/50.json", "x");
  std::filesystem::resize_file(distribution + "/50.json", 1ull << 40);
  EXPECT_THAT(find().found[0].why, HasSubstr("1099511627776 bytes"));
  std::filesystem::create_directory(distribution + "/60.json");
  EXPECT_THAT(find().found[1].why, HasSubstr("not a regular file"));
  ASSERT_EQ(::mkfifo((distribution + "/70.json").c_str(), 0600), 0);
  EXPECT_THAT(find().found[2].why, HasSubstr("not a regular file"));
  std::filesystem::create_symlink(dir / "nowhere", distribution + "/80.json");
  EXPECT_THAT(find().found[3].why, HasSubstr("No such file"));
}

TEST_F(FirmwareSearchTest, AnyTargetThatMatchesIsEnough) {
  json j = good;
  j["targets"] = json::parse(R"([{"architecture": "i386", "machines": ["pc-q35-*"]},
      {"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}])");
  put(distribution + "/50.json", j.dump());
  EXPECT_EQ(taken(), distribution + "/50.json");
}

TEST_F(FirmwareSearchTest, Q35OfAnotherArchitectureIsNotOurs) {
  json j = good;
  j["targets"] = json::parse(R"([{"architecture": "i386", "machines": ["pc-q35-*"]},
      {"architecture": "x86_64", "machines": ["pc-i440fx-*"]}])");
  EXPECT_THAT(why_not(j.dump()), HasSubstr("pc-i440fx-*"));
}

TEST_F(FirmwareSearchTest, RefusalNamesTheFoldersAndThePackage) {
  const std::string sentence = refusal_of(find());
  EXPECT_THAT(sentence, AllOf(HasSubstr(user), HasSubstr(host), HasSubstr(distribution),
                              HasSubstr("Debian package ovmf"), Not(HasSubstr("\n"))));
}

TEST(FirmwareFolders, AreTheUsersTheHostsAndTheDistributions) {
  const EnvironmentVariable config("XDG_CONFIG_HOME", "/c"), home("HOME", "/h");
  EXPECT_THAT(firmware_folders(),
              ElementsAre("/c/qemu/firmware", "/etc/qemu/firmware", "/usr/share/qemu/firmware"));
}

TEST(FirmwareFolders, OfAUserWithoutXdgAreUnderDotConfig) {
  const EnvironmentVariable home("HOME", "/h");
  for (const char* config : {static_cast<const char*>(nullptr), "", "relative"}) {
    const EnvironmentVariable xdg("XDG_CONFIG_HOME", config);
    EXPECT_EQ(firmware_folders().front(), "/h/.config/qemu/firmware");
  }
}

TEST(FirmwareFolders, OfNobodyAreTheSystemsOnly) {
  const EnvironmentVariable config("XDG_CONFIG_HOME", nullptr), home("HOME", nullptr);
  EXPECT_THAT(firmware_folders(), ElementsAre("/etc/qemu/firmware", "/usr/share/qemu/firmware"));
}

}  // namespace
}  // namespace unpark
