// SPDX-License-Identifier: Apache-2.0
// What unmodified OVMF and Linux make of the machine itself: its tables, its CPUs, a disk that
// fails.
#include <gtest/gtest.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "acpi/table_set.h"
#include "tests/lab/linux_guest.h"
#include "tests/lab/smm_required.h"

namespace unpark {
namespace {

using Bytes = std::vector<std::uint8_t>;

class OvmfMachine : public SmmRequired {
 protected:
  void SetUp() override {
    SmmRequired::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(LinuxGuest::why_not(), "");
  }
  void boot(const LinuxOptions& options = {}) {
    guest_ = LinuxGuest::start(options);
    ASSERT_NE(guest_, nullptr);
    // Four CPUs that wait for each other in SMM are slow on a host that has two.
    for (int waits = 0; waits < 3; ++waits)
      if (guest_->wait_up()) return;
    FAIL() << guest_->what_happened();
  }
  // A table as the OS has found it, as acpidump would read it.
  Bytes table(const std::string& name) {
    const std::string text = guest_->sh("od -An -v -tx1 /sys/firmware/acpi/tables/" + name);
    Bytes bytes;
    for (std::size_t at = 0; at + 1 < text.size();) {
      std::uint8_t byte = 0;
      const auto r = std::from_chars(&text[at], &text[at] + 2, byte, 16);
      if (r.ptr == &text[at] + 2) bytes.push_back(byte);
      at += r.ptr == &text[at] + 2 ? 2 : 1;
    }
    return bytes;
  }
  std::unique_ptr<LinuxGuest> guest_;
};

Bytes without(Bytes table, std::initializer_list<std::pair<std::size_t, std::size_t>> fields) {
  for (const auto& [offset, size] : fields)
    for (std::size_t i = offset; i < offset + size && i < table.size(); ++i) table[i] = 0;
  return table;
}

TEST_F(OvmfMachine, TheOsFindsTheTablesThatWereBuilt) {
  ASSERT_NO_FATAL_FAILURE(boot({.cpus = 1, .max_cpus = 4}));
  acpi::AcpiConfig config;
  config.possible_cpus = 4;
  config.present = {true, false, false, false};
  config.smi_features = 7;  // OVMF takes all three
  const acpi::TableSet ours = acpi::build_tables(config, 0);
  int compared = 0;
  for (const acpi::PlacedTable& t : ours.placed) {
    if (t.name == "xsdt") continue;  // OVMF makes its own of its addresses
    std::string name{t.name};
    for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
    const auto span = ours.bytes_of(t);
    Bytes expected{span.begin(), span.end()}, found = table(name);
    // ACPI 6.5, tables 5.9 and 5.11: what the loader and the firmware fill in. Checksum, addresses
    // of FACS and DSDT; hardware signature, waking vectors and global lock.
    if (t.name == "facp") {
      expected = without(expected, {{9, 1}, {36, 8}, {132, 16}});
      found = without(found, {{9, 1}, {36, 8}, {132, 16}});
    }
    if (t.name == "facs") {
      expected = without(expected, {{8, 12}, {24, 8}});
      found = without(found, {{8, 12}, {24, 8}});
    }
    EXPECT_EQ(found, expected) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 5) << "DSDT, FACP, FACS, APIC, MCFG";
  EXPECT_EQ(guest_->sh("dmesg | grep -i 'acpi.*\\(error\\|warning\\|exception\\)'"), "");
}

TEST_F(OvmfMachine, FourCpusBootAndAgreeOnTheirTopology) {
  ASSERT_NO_FATAL_FAILURE(boot({.cpus = 4, .max_cpus = 4}));
  EXPECT_EQ(guest_->sh("cat /sys/devices/system/cpu/online"), "0-3");
  EXPECT_EQ(guest_->sh("cat /sys/devices/system/cpu/cpu*/topology/physical_package_id"),
            "0\n0\n0\n0");
  EXPECT_EQ(guest_->sh("cat /sys/devices/system/cpu/cpu*/topology/core_id"), "0\n1\n2\n3");
  EXPECT_EQ(guest_->sh("cat /sys/devices/system/cpu/cpu*/topology/thread_siblings_list"),
            "0\n1\n2\n3");
}

// Pain 14 of those who hot-add CPUs on QEMU: one that differs from the boot CPU.
TEST_F(OvmfMachine, AHotAddedCpuIsLikeTheBootCpu) {
  ASSERT_NO_FATAL_FAILURE(boot({.cpus = 1, .max_cpus = 2}));
  EXPECT_EQ(guest_->machine().add(VcpuId{1}, "one"), "");
  ASSERT_TRUE(guest_->wait_inserted(VcpuId{1})) << guest_->what_happened();
  ASSERT_EQ(guest_->sh("echo 1 > /sys/devices/system/cpu/cpu1/online && echo online"), "online");
  const std::string what =
      "grep -v '^\\(processor\\|core id\\|apicid\\|initial apicid\\|cpu MHz\\|bogomips\\|$\\)' "
      "/proc/cpuinfo | sort | uniq -c | grep -v '^ *2 '";
  EXPECT_EQ(guest_->sh(what), "");
  EXPECT_EQ(guest_->sh("dmesg | grep -i 'mtrr.*\\(differ\\|mismatch\\|inconsistent\\)'"), "");
}

TEST_F(OvmfMachine, AVariableThatCannotBeStoredIsToldAndTheMachineGoesOn) {
  const TempDir directory;
  const std::string vars = directory / "vars.fd";
  const auto write = [](const std::string& name, const std::string& value) {
    return "printf '\\7\\0\\0\\0" + value + "' > /sys/firmware/efi/efivars/" + name +
           "-12345678-1234-1234-1234-123456789abc";
  };
  ASSERT_NO_FATAL_FAILURE(boot({.vars = vars}));
  EXPECT_EQ(guest_->sh(write("First", "kept") + " && echo written"), "written");
  // Every page but the first is gone: storing one would make the file longer.
  ASSERT_EQ(::truncate(vars.c_str(), 4096), 0);
  // The chip's status says so. OVMF does not look at it, and answers from its copy in RAM.
  guest_->sh(write("Second", "lost"));
  EXPECT_NE(guest_->machine().log().find("the guest sees a failed flash operation"),
            std::string::npos)
      << guest_->machine().log();
  EXPECT_EQ(std::filesystem::file_size(vars), 4096u);
  EXPECT_EQ(guest_->sh("echo alive"), "alive");
  EXPECT_EQ(guest_->machine().run_state(), RunState::kRunning);
}

}  // namespace
}  // namespace unpark
