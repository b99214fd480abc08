// SPDX-License-Identifier: Apache-2.0
// What dmidecode makes of the tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/acpi/program.h"
#include "tests/vmm/smbios_structures.h"
#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using acpi_test::ProgramResult;
using acpi_test::run_program;
using testing::HasSubstr;
using testing::Not;

// The form of dmidecode --dump-bin: entry point, padded to 32 bytes, then the table at its address.
std::string dump_of(const SmbiosFiles& files) {
  constexpr std::size_t kTableAt = 0x20;
  std::string anchor = test::text_of(files.anchor);
  anchor.at(0x10) = static_cast<char>(kTableAt);
  anchor.at(0x05) = static_cast<char>(anchor.at(0x05) - static_cast<char>(kTableAt));
  anchor.resize(kTableAt);
  return anchor + test::text_of(files.tables);
}

class Dmidecode : public testing::Test {
 protected:
  void SetUp() override {
    // Debian has it in /usr/sbin, which is not in everybody's PATH.
    for (const char* name : {"dmidecode", "/usr/sbin/dmidecode"}) {
      program_ = name;
      if (run_program({program_, "--version"}, "/").status == 0) return;
    }
    GTEST_SKIP() << "dmidecode is not installed (Debian: dmidecode)";
  }

  std::string show(const SmbiosConfig& config) {
    const std::string dump = dir_ / "smbios.bin";
    std::ofstream(dump, std::ios::binary) << dump_of(build_smbios(config));
    const ProgramResult result = run_program({program_, "--from-dump", dump}, "/");
    EXPECT_EQ(result.status, 0) << result.output;
    return result.output;
  }

 private:
  TempDir dir_;
  std::string program_;
};

TEST_F(Dmidecode, ReadsEveryStructureWithoutAComplaint) {
  const std::string out = show({.possible_cpus = 8,
                                .present_cpus = 2,
                                .memory = 0x1'0000'0000,
                                .firmware = 0x40'0000,
                                .version = "1.2.3"});
  for (const char* line :
       {"SMBIOS 3.0.0 present.", "BIOS Information", "System Information", "Chassis Information",
        "Processor Information", "Physical Memory Array", "Memory Device",
        "Memory Array Mapped Address", "System Boot Information", "End Of Table"})
    EXPECT_THAT(out, HasSubstr(line));
  for (const char* complaint : {"OUT OF SPEC", "BROKEN", "BAD INDEX", "INCONSISTENT", "TRUNCATED",
                                "Invalid", "Wrong", "warning"})
    EXPECT_THAT(out, Not(HasSubstr(complaint)));
}

TEST_F(Dmidecode, ShowsWhatTheMachineIs) {
  const std::string out = show({.possible_cpus = 8,
                                .present_cpus = 2,
                                .memory = 0x1'0000'0000,
                                .firmware = 0x40'0000,
                                .version = "1.2.3"});
  for (const char* line :
       {"\tVendor: unpark\n", "\tVersion: 1.2.3\n", "\tROM Size: 4 MB\n", "UEFI is supported",
        "System is a virtual machine", "\tUUID: Not Settable\n", "\tCore Count: 8\n",
        "\tCore Enabled: 2\n", "\tThread Count: 8\n", "\tStatus: Populated, Enabled\n",
        "\tMaximum Capacity: 4 GB\n", "\tSize: 4 GB\n", "\tEnding Address: 0x0007FFFFFFF\n",
        "\tStarting Address: 0x00100000000\n", "\tEnding Address: 0x0017FFFFFFF\n",
        "\tStatus: No errors detected\n"})
    EXPECT_THAT(out, HasSubstr(line));
}

TEST_F(Dmidecode, ShowsTheUuidAsItIsWritten) {
  EXPECT_THAT(show({.memory = 0x1000'0000,
                    .uuid = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb,
                             0xcc, 0xdd, 0xee, 0xff},
                    .version = "1"}),
              HasSubstr("\tUUID: 00112233-4455-6677-8899-aabbccddeeff\n"));
}

TEST_F(Dmidecode, ShowsALargeMachine) {
  const std::string out =
      show({.possible_cpus = 300, .present_cpus = 260, .memory = 0x400'0000'0000, .version = "1"});
  for (const char* line :
       {"\tCore Count: 300\n", "\tCore Enabled: 260\n", "\tMaximum Capacity: 4 TB\n",
        "\tSize: 4 TB\n", "\tEnding Address: 0x000004007FFFFFFF", "\tRange Size: 4094 GB\n"})
    EXPECT_THAT(out, HasSubstr(line));
}

}  // namespace
}  // namespace unpark
