// SPDX-License-Identifier: Apache-2.0
// The program as a stranger meets it: exit statuses, what it says and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/vmm/environment_variable.h"
#include "tests/vmm/firmware_descriptor_fixture.h"
#include "tests/vmm/unpark_program.h"
#include "tests/vmm/vars_file_fixture.h"

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
  for (const char* option : {"--firmware", "--vars", "--kernel", "--cpus", "--memory", "--control",
                             "--serial", "--hotplug-trigger", "--guest-eject", "--progress"})
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
  expect_refusal(run_unpark({"demo", "ovmf"}), kUsage, "--kernel");
  expect_refusal(run_unpark({"demo", "ovmf", "--kernel", "/no/such", "--initrd", "/no/such"}),
                 kUsage, "/no/such");
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
        BadValue{"Progress", {"run", "--progress", "loud"}, "--progress"},
        BadValue{"JsonOfNothing", {"run", "--json"}, "--firmware list"},
        BadValue{"VarsOfBuiltin", {"run", "--vars", "/none/v.fd"}, "--firmware auto"},
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
    std::ofstream(path).close();
    std::filesystem::resize_file(path, size);
    return run_unpark({"run", "--firmware", path});
  };
  expect_refusal(with_size(0), kUsage, "empty");
  expect_refusal(with_size(4097), kUsage, "4097");
  expect_refusal(with_size(8'392'704), kUsage, "8392704");
}

// A host on which only the descriptors that a test puts there are found: those of the system are
// masked by empty files of their names.
struct FirmwareOfTheHost : testing::Test {
  TempDir dir;
  const EnvironmentVariable config{"XDG_CONFIG_HOME", (dir / "config").c_str()};
  const std::string folder = dir / "config/qemu/firmware", code = dir / "CODE.fd",
                    vars = dir / "VARS.fd";

  FirmwareOfTheHost() {
    std::filesystem::create_directories(folder);
    for (const char* system : {"/etc/qemu/firmware", "/usr/share/qemu/firmware"}) {
      std::error_code none;
      for (const auto& e : std::filesystem::directory_iterator(system, none))
        put(folder + "/" + e.path().filename().string(), "");
    }
    put(code, code_image());
    put(vars, vars_image());
  }
  static void put(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  void describe_it() { put(folder + "/00-test.json", debian_descriptor(code, vars).dump(2)); }
  // Smallest thing with the header of Linux/x86 boot protocol 2.00: one setup sector and more.
  std::string kernel() {
    std::string image(4096, '\0');
    image[0x1f1] = 1;
    put(dir / "bzImage", image.replace(0x202, 4, "HdrS"));
    return dir / "bzImage";
  }
  // As far as a machine comes whose serial port cannot be opened: all its input was taken.
  static ProgramEnd run_up_to_serial(std::vector<std::string> words) {
    words.insert(words.begin(), {"run", "--serial", "file:/none/serial.log"});
    return run_unpark(words);
  }
};

TEST_F(FirmwareOfTheHost, ListShowsWhatIsTaken) {
  describe_it();
  const ProgramEnd end = run_unpark({"run", "--firmware", "list"});
  EXPECT_EQ(end.status, kOk);
  EXPECT_EQ(end.err, "");
  EXPECT_THAT(end.out, StartsWith("taken  " + folder + "/00-test.json\n"));
  EXPECT_THAT(end.out, AllOf(HasSubstr(code), HasSubstr(vars), HasSubstr("empty varstore")));
}

TEST_F(FirmwareOfTheHost, ListOfNothingThatFitsSaysWhyAndIsNoError) {
  put(folder + "/00-test.json", "{");
  const ProgramEnd end = run_unpark({"run", "--firmware", "list"});
  EXPECT_EQ(end.status, kOk);
  EXPECT_EQ(end.err, "");
  EXPECT_THAT(end.out, AllOf(HasSubstr("not JSON"), HasSubstr("nothing fits")));
}

TEST_F(FirmwareOfTheHost, ListAsJsonSaysTheSame) {
  describe_it();
  const ProgramEnd end = run_unpark({"run", "--firmware", "list", "--json"});
  EXPECT_EQ(end.status, kOk);
  const auto j = nlohmann::json::parse(end.out, nullptr, false);
  ASSERT_FALSE(j.is_discarded());
  EXPECT_EQ(j.at("folders").at(0), dir / "config/qemu/firmware");
  EXPECT_EQ(j.at("found").at(0).at("verdict"), "taken");
  EXPECT_EQ(j.at("found").at(0).at("code"), code);
  EXPECT_EQ(j.at("found").at(0).at("template"), vars);
}

TEST_F(FirmwareOfTheHost, ThatIsNotThereIsRefusedWithFoldersAndPackage) {
  const ProgramEnd end = run_unpark({"run", "--firmware", "auto"});
  expect_refusal(end, kUsage, "Debian package ovmf");
  EXPECT_THAT(end.err, AllOf(HasSubstr(folder), HasSubstr("/etc/qemu/firmware"),
                             HasSubstr("/usr/share/qemu/firmware")));
}

TEST_F(FirmwareOfTheHost, IsTheDefaultWithAKernelAndBuiltinWithout) {
  expect_refusal(run_up_to_serial({"--kernel", kernel()}), kUsage, "--firmware auto");
  expect_refusal(run_up_to_serial({}), kCannotStart, "/none/serial.log");
}

TEST_F(FirmwareOfTheHost, KeepsVariablesInAFileMadeFromTheTemplate) {
  describe_it();
  const std::string own = dir / "machine.fd";
  expect_refusal(run_up_to_serial({"--kernel", kernel(), "--vars", own}), kCannotStart,
                 "/none/serial.log");
  EXPECT_TRUE(text_of(own) == vars_image());
  std::string changed = vars_image();
  put(own, changed.replace(100'000, 3, "abc"));
  expect_refusal(run_up_to_serial({"--kernel", kernel(), "--vars", own}), kCannotStart,
                 "/none/serial.log");
  EXPECT_TRUE(text_of(own) == changed) << "one that exists is taken as it is";
  EXPECT_TRUE(text_of(vars) == vars_image()) << "the template is never written";
}

TEST_F(FirmwareOfTheHost, WithoutVarsLeavesNoFileBehind) {
  describe_it();
  std::filesystem::create_directory(dir / "tmp");
  const EnvironmentVariable temporary{"TMPDIR", (dir / "tmp").c_str()};
  expect_refusal(run_up_to_serial({"--firmware", "auto"}), kCannotStart, "/none/serial.log");
  // The harness keeps the program's output there until the program has ended.
  EXPECT_TRUE(std::filesystem::is_empty(dir / "tmp"));
}

TEST_F(FirmwareOfTheHost, WhoseCodeAndVariablesAreSwappedIsRefused) {
  put(folder + "/00-test.json", debian_descriptor(vars, code).dump());
  const ProgramEnd end = run_unpark({"run", "--firmware", "auto"});
  expect_refusal(end, kUsage, vars);
  EXPECT_THAT(end.err, HasSubstr("variables (VARS), not its code"));
}

TEST_F(FirmwareOfTheHost, WhoseDescriptorIsBrokenIsRefusedWithTheWayToSeeWhy) {
  put(folder + "/00-test.json", "{\"description\": ");
  expect_refusal(run_unpark({"run", "--firmware", "auto"}), kUsage, "--firmware list");
}

TEST_F(FirmwareOfTheHost, VariablesAndCodeGivenForEachOtherAreRefusedByName) {
  const ProgramEnd swapped = run_unpark({"run", "--firmware", vars, "--vars", code});
  expect_refusal(swapped, kUsage, vars + ": holds the firmware's variables (VARS), not its code");
  const ProgramEnd twice = run_unpark({"run", "--firmware", code, "--vars", code});
  expect_refusal(twice, kUsage, code + ": is firmware code (CODE), not variables");
}

TEST_F(FirmwareOfTheHost, TruncatedCodeIsRefusedWithBothSizes) {
  put(code, code_image().substr(0, 0x100000));
  const ProgramEnd end = run_unpark({"run", "--firmware", code, "--vars", vars});
  expect_refusal(end, kUsage, "has 1048576 bytes, but its first volume says 3653632: truncated");
}

TEST_F(FirmwareOfTheHost, CodeWithoutAResetVectorIsRefused) {
  for (const char blank : {'\0', '\xff'}) {
    put(code, std::string(65536, blank));
    expect_refusal(run_unpark({"run", "--firmware", code}), kUsage, "where a CPU starts");
  }
}

TEST_F(FirmwareOfTheHost, VarsInUseAreRefusedWithTheProcessThatHasThem) {
  const auto mine = VarsFile::open(vars, "", kCodeSize);
  ASSERT_TRUE(mine) << mine.error().message;
  expect_refusal(run_unpark({"run", "--firmware", code, "--vars", vars}), kUsage,
                 "is in use by process " + std::to_string(::getpid()));
}

TEST_F(FirmwareOfTheHost, InitrdsAndCommandLinesThatCannotBeAreRefusedInASentence) {
  const auto run = [&](const std::string& option, const std::string& value) {
    return run_unpark({"run", "--memory", "256M", "--kernel", kernel(), option, value});
  };
  expect_refusal(run("--initrd", "/none/initrd"), kUsage, "initrd /none/initrd: cannot be opened");
  expect_refusal(run("--initrd", "/"), kUsage, "initrd /: is not a regular file");
  const std::string large = dir / "initrd";
  put(large, "");
  expect_refusal(run("--initrd", large), kUsage, large + ": is empty");
  std::filesystem::resize_file(large, std::uint64_t{129} << 20);
  const ProgramEnd end = run("--initrd", large);
  expect_refusal(end, kUsage, "initrd " + large + ": has ");
  EXPECT_THAT(end.err, HasSubstr("--memory"));
  expect_refusal(run("--append", std::string(2048, 'x')), kUsage,
                 "--append: 2048 bytes; Linux takes at most 2047");
  expect_refusal(run_unpark({"run", "--initrd", large}), kUsage, "need --kernel");
}

TEST_F(FirmwareOfTheHost, KernelsThatCannotBeAreRefusedInASentence) {
  expect_refusal(run_unpark({"run", "--kernel", "/none/bzImage"}), kUsage,
                 "kernel /none/bzImage: cannot be opened");
  const std::string file = dir / "kernel";
  put(file, std::string(0x202, '\0'));  // ends before its magic
  expect_refusal(run_unpark({"run", "--kernel", file}), kUsage, file);
  put(file,
      "\x7f"
      "ELF" +
          std::string(8192, '\0'));
  expect_refusal(run_unpark({"run", "--kernel", file}), kUsage, "bzImage");
}

TEST_F(FirmwareOfTheHost, BadKernelIsRefusedBeforeAVarsFileIsMade) {
  describe_it();
  expect_refusal(run_unpark({"run", "--kernel", vars, "--vars", dir / "machine.fd"}), kUsage,
                 "bzImage");
  EXPECT_FALSE(std::filesystem::exists(dir / "machine.fd"));
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
