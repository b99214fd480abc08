// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "acpi/aml.h"
#include "acpi/dsdt.h"
#include "acpi/table.h"
#include "tests/acpi/acpiexec_log.h"

// The DSDT of the machine, executed. Ports and bits are those of the controller's specification,
// typed again: APM 0xB2, OS window 0xCE4 (selector +0, flags +4, command +5, data +8).
namespace unpark::acpi_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Bytes dsdt_for(std::uint32_t possible) {
  return acpi::dsdt({.possible_cpus = possible, .smi_hotplug = true, .smi_unplug = true});
}

constexpr std::uint8_t kEnabled = 0x01;
constexpr std::uint8_t kInsert = 0x02;

TEST(GpeHandler, CallsTheFirmwareFirstThenAnnouncesAndAcknowledgesAnInsert) {
  EXPECT_THAT(gpe_handler_accesses(dsdt_for(4), 1, kEnabled | kInsert),
              ElementsAre(write(0xb2, 1, 0x04),   // the firmware claims
                          write(0xce4, 4, 0),     // from CPU 0 on
                          write(0xce9, 1, 0),     // find the next with an event
                          read(0xcec, 4, 1),      // it is CPU 1
                          read(0xce8, 1, 0x03),   // inserted
                          write(0xce8, 1, 0x02),  // acknowledged, nothing else
                          write(0xce4, 4, 2),     // from CPU 2 on
                          write(0xce9, 1, 0),     //
                          read(0xcec, 4, 1)));    // wrapped: done
}

TEST(GpeHandler, AsksTheOsForARemovalAndAcknowledgesIt) {
  const AcpiexecLog log = run_acpiexec({dsdt_for(4), window_filler()},
                                       {"execute \\FILL 3 5", "execute \\_GPE._E02"}, 1);
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.notifications, ElementsAre(Notification{"C003", 3}));
  const auto& accesses = log.last("\\_GPE._E02").accesses;
  EXPECT_EQ(accesses.front(), write(0xb2, 1, 0x04));
  EXPECT_EQ(accesses.back(), write(0xce8, 1, 0x04));  // 4 would be past the last CPU
}

TEST(GpeHandler, TellsTheOsOfAnInsertByDeviceCheck) {
  const AcpiexecLog log = run_acpiexec({dsdt_for(4), window_filler()},
                                       {"execute \\FILL 2 3", "execute \\_GPE._E02"}, 1);
  EXPECT_THAT(log.notifications, ElementsAre(Notification{"C002", 1}));
}

TEST(GpeHandler, EndsAfterOneLookWhenNoCpuHasAnEvent) {
  EXPECT_THAT(gpe_handler_accesses(dsdt_for(4), 0, kEnabled),
              ElementsAre(write(0xb2, 1, 0x04), write(0xce4, 4, 0), write(0xce9, 1, 0),
                          read(0xcec, 4, 0), read(0xce8, 1, 0x01), read(0xce8, 1, 0x01)));
}

// A window that nobody answers reads all ones.
TEST(GpeHandler, EndsWhenTheControllerNamesACpuThatIsNotPossible) {
  EXPECT_THAT(gpe_handler_accesses(dsdt_for(4), 0xffffffff, 0xff),
              ElementsAre(write(0xb2, 1, 0x04), write(0xce4, 4, 0), write(0xce9, 1, 0),
                          read(0xcec, 4, 0xffffffff)));
  EXPECT_THAT(gpe_handler_accesses(dsdt_for(4), 4, kEnabled | kInsert), SizeIs(4));
}

TEST(GpeHandler, FindsItsCpuAmongThreeHundred) {
  const AcpiexecLog log = run_acpiexec({dsdt_for(300), window_filler()},
                                       {"execute \\FILL 0x12b 3", "execute \\_GPE._E02"}, 1);
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.notifications, ElementsAre(Notification{"C12B", 1}));
}

// Method (EACH, 0) { While (Local0 < 300) { \_SB.CPUS.CTFY (Local0, 3)  Local0++ } }
TEST(GpeHandler, CanNotifyEveryOneOfThreeHundredCpus) {
  using namespace aml;
  const Term each = method(
      "EACH"_seg, 0, Serialize::kNotSerialized,
      {store(integer(0), local(0)),
       while_(l_less(local(0), integer(300)),
              {call("\\_SB_.CPUS.CTFY"_name, {local(0), integer(3)}), increment(local(0))})});
  const AcpiexecLog log =
      run_acpiexec({dsdt_for(300), acpi::TableBuilder("SSDT", 2).append_bytes(each.bytes).finish()},
                   {"execute \\EACH"}, 300);
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.notifications, SizeIs(300));
  EXPECT_THAT(std::set<Notification>(log.notifications.begin(), log.notifications.end()),
              SizeIs(300));
}

TEST(CpuDevice, StatusSelectsTheCpuAndReadsItsEnabledBit) {
  const std::string method = "\\_SB.CPUS.C001._STA";
  const AcpiexecLog log = run_acpiexec({dsdt_for(4), window_filler()},
                                       {"execute \\FILL 0 1", "execute " + method,
                                        "execute \\FILL 0 6", "execute \\_SB.CPUS.C002._STA"});
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.last(method).accesses, ElementsAre(write(0xce4, 4, 1), read(0xce8, 1, 0x01)));
  EXPECT_THAT(log.last(method).integers, ElementsAre(0x0f));
  EXPECT_THAT(log.last("\\_SB.CPUS.C002._STA").integers, ElementsAre(0x00));
}

TEST(CpuDevice, EjectAgreesToTheRemovalThenCallsTheFirmware) {
  const std::string method = "\\_SB.CPUS.C001._EJ0";
  const AcpiexecLog log = run_acpiexec({dsdt_for(4)}, {"execute " + method + " 1"});
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.last(method).accesses,
              ElementsAre(write(0xce4, 4, 1), write(0xce8, 1, 0x10), write(0xb2, 1, 0x04)));
}

TEST(CpuDevice, OstReportsTheEventThenTheStatus) {
  const std::string method = "\\_SB.CPUS.C003._OST";
  const AcpiexecLog log = run_acpiexec({dsdt_for(4)}, {"execute " + method + " 0x103 0x81 (00)"});
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.last(method).accesses,
              ElementsAre(write(0xce4, 4, 3), write(0xce9, 1, 1), write(0xcec, 4, 0x103),
                          write(0xce9, 1, 2), write(0xcec, 4, 0x81)));
}

TEST(CpuDevice, MatIsAnEnabledMadtEntryOfTheRightKind) {
  const AcpiexecLog log =
      run_acpiexec({dsdt_for(300)},
                   {"execute \\_SB.CPUS.C001._MAT", "execute \\_SB.CPUS.C0FE._MAT",
                    "execute \\_SB.CPUS.C0FF._MAT"},
                   0, LogRegions::kNo);
  EXPECT_EQ(log.complaints, "");
  EXPECT_THAT(log.text, HasSubstr("Length 08 =     0000: 00 08 01 01 01 00 00 00 "));
  EXPECT_THAT(log.text, HasSubstr("Length 08 =     0000: 00 08 FE FE 01 00 00 00 "));
  EXPECT_THAT(log.text, HasSubstr("0000: 09 10 00 00 FF 00 00 00 01 00 00 00 FF 00 00 00 "));
}

// The control window is the firmware's: 0xCD8 to 0xCE3.
TEST(Dsdt, NoMethodTouchesTheControlWindow) {
  const AcpiexecLog log =
      run_acpiexec({dsdt_for(4), window_filler()},
                   {"execute \\FILL 1 3", "execute \\_GPE._E02", "execute \\FILL 2 5",
                    "execute \\_GPE._E02", "execute \\_SB.CPUS.C001._STA",
                    "execute \\_SB.CPUS.C001._EJ0 1", "execute \\_SB.CPUS.C001._OST 1 0 (00)"});
  EXPECT_EQ(log.complaints, "");
  std::size_t accesses = 0;
  for (const Evaluation& evaluation : log.evaluations) {
    for (const PortAccess& access : evaluation.accesses) {
      EXPECT_FALSE(access.port + access.width > 0xcd8u && access.port <= 0xce3u)
          << evaluation.method << ": " << access;
      ++accesses;
    }
  }
  EXPECT_GT(accesses, 25u);
}

}  // namespace
}  // namespace unpark::acpi_test
