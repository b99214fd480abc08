// SPDX-License-Identifier: Apache-2.0
// The program as a stranger meets it: exit statuses, what it says and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/vmm/unpark_program.h"

namespace unpark {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

// --help: 0 all well; 1 it ran and something failed; 2 bad command line or input; 3 not on this
// host.
constexpr int kOk = 0, kFailed = 1, kUsage = 2, kCannotStart = 3;

// Nothing on stdout, and on stderr not more than a sentence and a hint (docs/command-line.md).
void expect_refusal(const ProgramEnd& end, int status, const std::string& names) {
  EXPECT_EQ(end.status, status) << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_THAT(end.err, AnyOf(StartsWith("unpark: error: "), StartsWith("unpark ctl: ")));
  EXPECT_THAT(end.err, HasSubstr(names));
  EXPECT_LE(std::count(end.err.begin(), end.err.end(), '\n'), 2) << end.err;
}

TEST(CommandLine, HelpNamesEveryVerbAndTheExitStatuses) {
  const ProgramEnd end = run_unpark({"--help"});
  EXPECT_EQ(end.status, kOk);
  EXPECT_EQ(end.err, "");
  for (const char* word : {"run", "demo", "ctl", "check-host", "tables", "--version", "--log",
                           "Exit status", "./dev lab"})
    EXPECT_THAT(end.out, HasSubstr(word));
}

TEST(CommandLine, EveryVerbHasHelp) {
  for (const char* verb : {"run", "demo", "ctl", "check-host", "tables"}) {
    const ProgramEnd end = run_unpark({verb, "--help"});
    EXPECT_EQ(end.status, kOk) << verb;
    EXPECT_EQ(end.err, "") << verb;
    EXPECT_THAT(end.out, HasSubstr(verb));
  }
}

TEST(CommandLine, HelpOfRunNamesItsOptions) {
  const std::string help = run_unpark({"run", "--help"}).out;
  for (const char* option : {"--firmware", "--cpus", "--memory", "--control", "--serial",
                             "--hotplug-trigger", "--guest-eject"})
    EXPECT_THAT(help, HasSubstr(option));
}

TEST(CommandLine, VersionIsOneLine) {
  const ProgramEnd end = run_unpark({"--version"});
  EXPECT_EQ(end.status, kOk);
  EXPECT_EQ(end.err, "");
  EXPECT_THAT(end.out, testing::MatchesRegex("unpark [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(CommandLine, WithoutAVerbIsRefused) {
  expect_refusal(run_unpark({}), kUsage, "required");
}

TEST(CommandLine, WrongVerbIsRefusedByItsName) {
  expect_refusal(run_unpark({"launch"}), kUsage, "launch");
}

TEST(CommandLine, WrongOptionIsRefusedByItsName) {
  expect_refusal(run_unpark({"run", "--disk", "x"}), kUsage, "--disk");
  expect_refusal(run_unpark({"demo", "now"}), kUsage, "now");
}

struct BadValue {
  std::string name;
  std::vector<std::string> words;
  std::string names;  // what the sentence must contain
};
void PrintTo(const BadValue& v, std::ostream* out) {
  *out << v.name;
}
class BadInput : public testing::TestWithParam<BadValue> {};

TEST_P(BadInput, IsOneSentenceAndStatusTwo) {
  expect_refusal(run_unpark(GetParam().words), kUsage, GetParam().names);
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadInput,
    testing::Values(
        BadValue{"NoCpus", {"run", "--cpus", "0"}, "--cpus 0"},
        BadValue{"MaxBelowCpus", {"run", "--cpus", "4,max=2"}, "max=2"},
        BadValue{"MaxAboveTheBuiltinGuest", {"run", "--cpus", "1,max=256"}, "255"},
        BadValue{"CpusGarbage", {"run", "--cpus", "two"}, "two"},
        BadValue{"CpusOverflow", {"run", "--cpus", "18446744073709551617"}, "18446744073709551617"},
        BadValue{"MemoryTooSmall", {"run", "--memory", "1M"}, "64 MiB"},
        BadValue{"MemoryNotMiB", {"run", "--memory", "262145K"}, "1 MiB"},
        BadValue{"MemoryMoreThanTheHost", {"run", "--memory", "1000000G"}, "the host has"},
        BadValue{"MemoryOverflow", {"run", "--memory", "18446744073709551616G"}, "--memory"},
        BadValue{"MemoryGarbage", {"run", "--memory", "lots"}, "lots"},
        BadValue{"FirmwareMissing", {"run", "--firmware", "/none/flash.fd"}, "/none/flash.fd"},
        BadValue{"FirmwareEmptyName", {"run", "--firmware", ""}, "firmware"},
        BadValue{"FirmwareNoFile", {"run", "--firmware", "/dev/zero"}, "not a regular file"},
        BadValue{"FirmwareDirectory", {"run", "--firmware", "/"}, "not a regular file"},
        BadValue{"Control", {"run", "--control", "/tmp/x"}, "unix:PATH"},
        BadValue{"Serial", {"run", "--serial", "pty"}, "stdio, file:PATH or none"},
        BadValue{"Trigger", {"run", "--hotplug-trigger", "os"}, "--hotplug-trigger"},
        BadValue{"Eject", {"run", "--guest-eject", "perhaps"}, "--guest-eject"},
        BadValue{"Deadline", {"run", "--hotplug-deadline", "0"}, "--hotplug-deadline"},
        BadValue{"DeadlineNaN", {"run", "--hotplug-deadline", "nan"}, "--hotplug-deadline"},
        BadValue{"LogLevel", {"--log", "loud", "run"}, "--log"},
        BadValue{"TablesCpus", {"tables", "--cpus", "0", "--output", "x"}, "--cpus 0"},
        BadValue{"TablesTooManyCpus", {"tables", "--cpus", "4097", "--output", "x"}, "4096"},
        BadValue{"TablesWithoutOutput", {"tables"}, "--output"},
        BadValue{"CtlWithoutCommand", {"ctl", "/tmp/x"}, "command"},
        BadValue{"CtlCpuGarbage", {"ctl", "/tmp/x", "hotplug", "two"}, "two"},
        BadValue{"CtlTooManyWords", {"ctl", "/tmp/x", "status", "now"}, "status"}),
    [](const auto& i) { return i.param.name; });

TEST(CommandLine, FlashThatIsNoneIsRefusedBeforeAnythingStarts) {
  const TempDir dir;
  const std::string path = dir / "flash.fd";
  const auto with_size = [&](std::uint64_t size) {
    std::ofstream{path};
    std::filesystem::resize_file(path, size);
    return run_unpark({"run", "--firmware", path});
  };
  expect_refusal(with_size(0), kUsage, "empty");
  expect_refusal(with_size(4097), kUsage, "4097");
  expect_refusal(with_size(8'392'704), kUsage, "8392704");
}

TEST(CommandLine, SerialFileInAMissingFolderCannotStart) {
  expect_refusal(run_unpark({"run", "--serial", "file:/none/serial.log"}), kCannotStart,
                 "/none/serial.log");
}

TEST(CommandLine, ControlSocketThatNobodyServesIsNoConnection) {
  const TempDir dir;
  expect_refusal(run_unpark({"ctl", dir / "qmp", "status"}), kCannotStart, dir / "qmp");
}

// What the host has decides; the words and the status must agree with each other.
TEST(CommandLine, CheckHostSaysWhatIsMissingOrThatAllIsThere) {
  const ProgramEnd end = run_unpark({"check-host"});
  EXPECT_THAT(end.status, AnyOf(kOk, kFailed));
  EXPECT_EQ(end.err, "");
  EXPECT_THAT(end.out, Not(HasSubstr("\033"))) << "no colour in a file";
  if (end.status == kOk) {
    EXPECT_THAT(end.out, AllOf(HasSubstr("KVM_CAP_X86_SMM"), Not(HasSubstr("MISSING"))));
  } else {
    EXPECT_THAT(end.out, AllOf(HasSubstr("MISSING"), HasSubstr("./dev lab")));
  }
}

TEST(CommandLine, CheckHostAsJsonSaysTheSame) {
  const ProgramEnd table = run_unpark({"check-host"}), json = run_unpark({"check-host", "--json"});
  EXPECT_EQ(json.status, table.status);
  const auto j = nlohmann::json::parse(json.out, nullptr, false);
  ASSERT_FALSE(j.is_discarded());
  EXPECT_EQ(j.at("ok"), json.status == kOk);
  EXPECT_FALSE(j.at("facts").empty());
}

TEST(CommandLine, DemoAndRunOnAHostThatCannotNameTheLab) {
  if (run_unpark({"check-host"}).status == kOk) GTEST_SKIP() << "this host can";
  for (const char* verb : {"run", "demo"}) {
    const ProgramEnd end = run_unpark({verb});
    EXPECT_EQ(end.status, kCannotStart);
    EXPECT_THAT(end.err, HasSubstr("./dev lab"));
    EXPECT_THAT(end.out, IsEmpty());
  }
}

TEST(CommandLine, RefusedMachineLeavesTheSerialFileAsItWas) {
  if (run_unpark({"check-host"}).status == kOk) GTEST_SKIP() << "this host can";
  const TempDir dir;
  const std::string path = dir / "serial.log";
  std::ofstream{path} << "of yesterday";
  EXPECT_EQ(run_unpark({"run", "--serial", "file:" + path}).status, kCannotStart);
  EXPECT_EQ(text_of(path), "of yesterday") << "nothing half done";
}

TEST(Tables, AreWrittenAndIaslDisassemblesThem) {
  const TempDir dir;
  const std::string folder = dir / "t";
  const ProgramEnd end = run_unpark({"tables", "--cpus", "1,max=4", "--output", folder});
  ASSERT_EQ(end.status, kOk) << end.err;
  std::vector<std::string> names;
  for (const auto& e : std::filesystem::directory_iterator(folder)) {
    names.push_back(e.path().filename().string());
    EXPECT_THAT(end.out, HasSubstr(e.path().string())) << "it lists what it wrote";
  }
  EXPECT_THAT(names, UnorderedElementsAre("apic.aml", "dsdt.aml", "facp.aml", "facs.aml",
                                          "mcfg.aml", "xsdt.aml", "rsdp.bin"));
  if (run_program({"iasl", "-v"}).status == -1) GTEST_SKIP() << "no iasl here";
  for (const char* table : {"apic", "dsdt", "facp", "facs", "mcfg", "xsdt"}) {
    const ProgramEnd iasl = run_program({"iasl", "-d", folder + "/" + table + ".aml"});
    EXPECT_EQ(iasl.status, 0) << iasl.out << iasl.err;
    EXPECT_TRUE(std::filesystem::exists(folder + "/" + table + ".dsl")) << table;
  }
}

TEST(Tables, DescribeEveryPossibleCpu) {
  const TempDir dir;
  ASSERT_EQ(run_unpark({"tables", "--cpus", "1,max=4", "--output", dir / "t"}).status, kOk);
  const std::string dsdt = text_of(dir / "t/dsdt.aml");
  EXPECT_THAT(dsdt, AllOf(HasSubstr("C000"), HasSubstr("C003"), Not(HasSubstr("C004"))));
}

TEST(Tables, FolderThatCannotBeMadeCannotStart) {
  expect_refusal(run_unpark({"tables", "--output", "/dev/null/t"}), kCannotStart, "/dev/null/t");
}

}  // namespace
}  // namespace unpark
