// SPDX-License-Identifier: Apache-2.0
// Unmodified OVMF and Linux: CPUs come and go while the machine runs.
#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "acpi/table_set.h"
#include "tests/lab/ovmf_fixture.h"

namespace unpark {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr VcpuId kSecond{1}, kThird{2};
// What Linux's ACPICA has against our tables.
const std::string kAcpiComplaints = "dmesg | grep -i 'acpi.*\\(error\\|warning\\|exception\\)'";

// The first: it wants a machine that has seen no hot-add.
TEST_F(OvmfOneBoot, ACpuIsAddedUsedRemovedAndAddedAgain) {
  ASSERT_NO_FATAL_FAILURE(add(kSecond, "one"));
  EXPECT_EQ(guest().sh(bring_up(1) + " && " + kOnlineCpus), "0-1");
  EXPECT_EQ(guest().sh("taskset 2 sh -c 'echo ran on the second'"), "ran on the second");
  EXPECT_EQ(guest().sh("grep -c ^processor /proc/cpuinfo"), "2");
  const auto r = machine().record_of(kSecond);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->parked_state_intact);
  EXPECT_EQ(r->smbase_before, 0x3'0000u);

  ASSERT_NO_FATAL_FAILURE(remove("one"));
  EXPECT_EQ(guest().sh(kOnlineCpus), "0");
  EXPECT_EQ(machine().lifecycle_of(kSecond), "absent");
  EXPECT_EQ(machine().add(kSecond, "again"), "");
  ASSERT_TRUE(guest().wait_inserted(kSecond, 2)) << guest().what_happened();
  EXPECT_EQ(guest().sh(bring_up(1) + " && " + kOnlineCpus), "0-1");
  ASSERT_NO_FATAL_FAILURE(remove("again"));
  EXPECT_EQ(guest().sh(kAcpiComplaints), "");
}

TEST_F(OvmfOneBoot, TwoCpusOrderedAtOnceComeInOneSmi) {
  machine().on_loop([](Machine& m) {
    EXPECT_TRUE(m.add_cpu({"two", kThird}));
    EXPECT_TRUE(m.add_cpu({"one", kSecond}));
  });
  ASSERT_TRUE(guest().wait_inserted(kSecond)) << guest().what_happened();
  ASSERT_TRUE(guest().wait_inserted(kThird)) << guest().what_happened();
  EXPECT_EQ(guest().sh(bring_up(1) + "; " + bring_up(2) + "; " + kOnlineCpus), "0-2");
  ASSERT_NO_FATAL_FAILURE(remove("one"));
  ASSERT_NO_FATAL_FAILURE(remove("two"));
}

// Pain 14 of those who hot-add CPUs on QEMU: one that differs from the boot CPU.
TEST_F(OvmfOneBoot, AHotAddedCpuIsLikeTheBootCpu) {
  ASSERT_NO_FATAL_FAILURE(add(kSecond, "one"));
  ASSERT_EQ(guest().sh(bring_up(1) + " && echo online"), "online");
  const std::string what =
      "grep -v '^\\(processor\\|core id\\|apicid\\|initial apicid\\|cpu MHz\\|bogomips\\|$\\)' "
      "/proc/cpuinfo | sort | uniq -c | grep -v '^ *2 '";
  EXPECT_EQ(guest().sh(what), "");
  EXPECT_EQ(guest().sh("dmesg | grep -i 'mtrr.*\\(differ\\|mismatch\\|inconsistent\\)'"), "");
  ASSERT_NO_FATAL_FAILURE(remove("one"));
}

TEST_F(OvmfOneBoot, TheOsReachesNothingOfTheControlWindow) {
  ASSERT_NO_FATAL_FAILURE(add(kSecond, "one"));
  const auto refused = [](const Seen& s) { return s.count<event::GateRefused>(); };
  const auto before = machine().look<std::size_t>(refused);
  // Ports CD8-CE3: all ones, and writes (eject, unpark, everything) change nothing.
  EXPECT_EQ(guest().sh("for p in 3288 3292 3293 3296; do dd if=/dev/port bs=1 skip=$p count=1 "
                       "2>/dev/null | hexdump -e '\"%02x\"'; done"),
            "ffffffff");
  (void)guest().sh(
      "printf '\\1\\0\\0\\0' | dd of=/dev/port bs=1 seek=3288 conv=notrunc 2>/dev/null; "
      "printf '\\377' | dd of=/dev/port bs=1 seek=3292 conv=notrunc 2>/dev/null");
  EXPECT_TRUE(machine().wait([&](const Seen& s) { return refused(s) > before; }));
  EXPECT_EQ(guest().sh(bring_up(1) + "; " + kOnlineCpus), "0-1");
  ASSERT_NO_FATAL_FAILURE(remove("one"));
}

TEST_F(OvmfOneBoot, ARemovalThatTheOsIgnoresIsToldAndLeavesTheCpu) {
  ASSERT_NO_FATAL_FAILURE(add(kSecond, "one"));
  EXPECT_EQ(guest().sh(bring_up(1) + " && " + kOnlineCpus), "0-1");
  EXPECT_EQ(guest().sh("echo disable > /sys/firmware/acpi/interrupts/gpe02"), "");
  EXPECT_EQ(guest().remove("one"), "");
  EXPECT_TRUE(
      machine().wait([](const Seen& s) { return s.count<event::DeviceUnplugGuestError>() == 1; }));
  EXPECT_EQ(machine().lifecycle_of(kSecond), "running");
  EXPECT_EQ(guest().sh("echo enable > /sys/firmware/acpi/interrupts/gpe02; " + kOnlineCpus), "0-1");
  // It is not lost for good.
  ASSERT_NO_FATAL_FAILURE(remove("one"));
}

TEST_F(OvmfOneBoot, ACpuComesAndGoesAHundredTimes) {
  for (std::size_t round = 1; round <= 100; ++round) {
    SCOPED_TRACE(round);
    machine().forget_events();
    ASSERT_NO_FATAL_FAILURE(add(kSecond, "guest"));
    ASSERT_NO_FATAL_FAILURE(remove("guest"));
  }
  EXPECT_EQ(guest().sh(kOnlineCpus), "0");
}

// A table as the OS has found it, as acpidump would read it.
Bytes table_of(LinuxGuest& guest, const std::string& name) {
  const std::string text = guest.sh("od -An -v -tx1 /sys/firmware/acpi/tables/" + name);
  Bytes bytes;
  for (std::size_t at = 0; at + 1 < text.size();) {
    std::uint8_t byte = 0;
    const auto r = std::from_chars(&text[at], &text[at] + 2, byte, 16);
    if (r.ptr == &text[at] + 2) bytes.push_back(byte);
    at += r.ptr == &text[at] + 2 ? 2 : 1;
  }
  return bytes;
}

Bytes without(Bytes table, std::initializer_list<std::pair<std::size_t, std::size_t>> fields) {
  for (const auto& [offset, size] : fields)
    for (std::size_t i = offset; i < offset + size && i < table.size(); ++i) table[i] = 0;
  return table;
}

TEST_F(OvmfOneBoot, TheOsFindsTheTablesThatWereBuilt) {
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
    Bytes expected{span.begin(), span.end()}, found = table_of(guest(), name);
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
  EXPECT_EQ(guest().sh(kAcpiComplaints), "");
}

}  // namespace
}  // namespace unpark
