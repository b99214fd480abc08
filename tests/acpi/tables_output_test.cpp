// SPDX-License-Identifier: Apache-2.0
#include "acpi/tables_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/acpi/program.h"
#include "tests/acpi/temporary_folder.h"

namespace unpark::acpi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TablesOutput : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path in(const char* name) const { return folder_.path() / name; }
  acpi_test::TemporaryFolder folder_;
};

TEST_F(TablesOutput, WritesEveryTableIntoAFolderThatItMakes) {
  const auto written = write_tables({.possible_cpus = 4, .smi_features = 0x7}, in("new/t"));
  ASSERT_TRUE(written);
  std::set<std::string> names;
  for (const auto& path : *written) {
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
    names.insert(path.filename());
  }
  EXPECT_THAT(names, ElementsAre("apic.aml", "dsdt.aml", "facp.aml", "facs.aml", "mcfg.aml",
                                 "rsdp.bin", "xsdt.aml"));
  const Bytes dsdt = acpi_test::read_bytes(in("new/t/dsdt.aml"));
  EXPECT_EQ(std::string(dsdt.begin(), dsdt.begin() + 4), "DSDT");
}

// The commands of the README.
TEST_F(TablesOutput, IsWhatIaslTakesApartAtOnce) {
  ASSERT_TRUE(write_tables({.possible_cpus = 4, .smi_features = 0x7}, folder_.path()));
  const acpi_test::ProgramResult run = acpi_test::run_program(
      {"iasl", "-d", "apic.aml", "dsdt.aml", "facp.aml", "facs.aml", "mcfg.aml", "xsdt.aml"},
      folder_.path());
  EXPECT_EQ(run.status, 0) << run.output;
  for (const char* word : {"rror", "arning", "not contain"}) {
    EXPECT_THAT(run.output, testing::Not(HasSubstr(word)));
  }
  for (const char* name : {"apic", "dsdt", "facp", "facs", "mcfg", "xsdt"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / (std::string{name} + ".dsl"))) << name;
  }
}

TEST_F(TablesOutput, ReplacesItsFilesAndLeavesOthersAlone) {
  acpi_test::write_file(in("dsdt.aml"), "old");
  acpi_test::write_file(in("notes"), "mine");
  ASSERT_TRUE(write_tables({}, folder_.path()));
  EXPECT_GT(std::filesystem::file_size(in("dsdt.aml")), 1000u);
  EXPECT_EQ(acpi_test::read_text(in("notes")), "mine");
}

TEST_F(TablesOutput, SaysWhichFolderItCannotMake) {
  acpi_test::write_file(in("file"), "");
  const auto written = write_tables({}, in("file/below"));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("cannot make the folder " + in("file/below").string()));
}

TEST_F(TablesOutput, SaysWhichFileItCannotCreate) {
  std::filesystem::create_directory(in("dsdt.aml"));
  const auto written = write_tables({}, folder_.path());
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("cannot create " + in("dsdt.aml").string() + ": "));
}

TEST_F(TablesOutput, SaysThatTheDiskIsFull) {
  std::filesystem::create_symlink("/dev/full", in("facs.aml"));
  const auto written = write_tables({}, folder_.path());
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("cannot write " + in("facs.aml").string() + ": No space"));
}

TEST_F(TablesOutput, RefusesAConfigBeforeItTouchesTheDisk) {
  const auto written = write_tables({.possible_cpus = 0}, in("t"));
  ASSERT_FALSE(written);
  EXPECT_FALSE(std::filesystem::exists(in("t")));
}

}  // namespace
}  // namespace unpark::acpi
