// SPDX-License-Identifier: Apache-2.0
// The guest OS's GPE handler and \_GPE._E02 of the DSDT, which acpiexec runs: the same accesses, in
// the same order, with the same values. Only who is notified differs, and that is no access.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "acpi/dsdt.h"
#include "guest/os/gpe_handler.h"
#include "tests/acpi/acpiexec_log.h"

namespace unpark::guest {
namespace {

using acpi_test::PortAccess;
using Accesses = std::vector<PortAccess>;

constexpr std::uint32_t kPossible = 4;
constexpr std::uint16_t kOsWindow = 0xce4, kOsFlags = 0xce8, kOsCommand = 0xce9, kOsData = 0xcec;
constexpr std::uint8_t kEnabled = 0x01, kInserted = 0x03, kRemoving = 0x05;

struct Answer {
  std::uint32_t cpu;
  std::uint8_t flags;
};

// The OS window as acpiexec has it: plain storage. Each question (command 0) gets the next answer;
// when there are no more, everything stays as it is.
class RecordedPorts {
 public:
  explicit RecordedPorts(std::vector<Answer> answers) : answers_(std::move(answers)) {}

  void out8(std::uint16_t port, std::uint8_t v) {
    accesses.push_back(acpi_test::write(port, 1, v));
    if (port == kOsFlags) now_.flags = v;
    if (port == kOsCommand && v == 0 && asked_ < answers_.size()) now_ = answers_[asked_++];
  }
  void out32(std::uint16_t port, std::uint32_t v) {
    accesses.push_back(acpi_test::write(port, 4, v));
  }
  std::uint8_t in8(std::uint16_t port) {
    const std::uint8_t v = port == kOsFlags ? now_.flags : std::uint8_t{0};
    accesses.push_back(acpi_test::read(port, 1, v));
    return v;
  }
  std::uint32_t in32(std::uint16_t port) {
    const std::uint32_t v = port == kOsData ? now_.cpu : 0;
    accesses.push_back(acpi_test::read(port, 4, v));
    return v;
  }
  void notify(std::uint32_t, std::uint32_t) {}

  Accesses accesses;

 private:
  std::vector<Answer> answers_;
  std::size_t asked_ = 0;
  Answer now_{};
};

Accesses of_guest(std::vector<Answer> answers) {
  RecordedPorts ports(std::move(answers));
  run_gpe_handler(ports, kPossible);
  return ports.accesses;
}

auto dsdt() {
  return acpi::dsdt({.possible_cpus = kPossible, .smi_hotplug = true, .smi_unplug = true});
}

Accesses of_aml(Answer answer) {
  static const auto table = dsdt();
  return acpi_test::gpe_handler_accesses(table, answer.cpu, answer.flags);
}

// Past the `n`th question.
Accesses::iterator after_question(Accesses& accesses, int n) {
  const PortAccess question = acpi_test::write(kOsCommand, 1, 0);
  auto at = accesses.begin();
  while (n-- > 0) at = std::next(std::find(at, accesses.end(), question));
  return at;
}

TEST(GpeHandlerAndAml, AgreeWhenNoCpuHasAnEvent) {
  const Accesses aml = of_aml({0, kEnabled});
  EXPECT_EQ(of_guest({{0, kEnabled}}), aml);
  EXPECT_EQ(aml.front(), acpi_test::write(0xb2, 1, 4));
}

TEST(GpeHandlerAndAml, AgreeOnOneInsert) {
  const Accesses aml = of_aml({1, kInserted});
  EXPECT_EQ(of_guest({{1, kInserted}}), aml);
  EXPECT_THAT(aml, testing::Contains(acpi_test::write(kOsFlags, 1, 0x02)).Times(1));
}

// A storage cannot name a second CPU by itself. The method's rounds share nothing but the CPU from
// which on to look, so two runs of the method are put together: the first up to its second
// question, the second one from the answer to its first.
TEST(GpeHandlerAndAml, AgreeOnTwoInserts) {
  Accesses aml = of_aml({1, kInserted});
  Accesses second = of_aml({2, kInserted});
  ASSERT_EQ(*(after_question(aml, 2) - 2), acpi_test::write(0xce4, 4, 2)) << "looks from CPU 2 on";
  aml.erase(after_question(aml, 2), aml.end());
  aml.insert(aml.end(), after_question(second, 1), second.end());
  EXPECT_EQ(of_guest({{1, kInserted}, {2, kInserted}}), aml);
  EXPECT_THAT(aml, testing::Contains(acpi_test::write(kOsFlags, 1, 0x02)).Times(2));
}

TEST(GpeHandlerAndAml, AgreeOnARemovalOfTheLastCpu) {
  EXPECT_EQ(of_guest({{3, kRemoving}}), of_aml({3, kRemoving}));
}

TEST(GpeHandlerAndAml, AgreeOnWhatAnOsSaysOfADeviceCheck) {
  RecordedPorts ports({});
  run_ost(ports, kOsWindow, 3, 1, 0x81);
  const std::string method = "\\_SB.CPUS.C003._OST";
  const auto log = acpi_test::run_acpiexec({dsdt()}, {"execute " + method + " 1 0x81 (00)"});
  EXPECT_EQ(log.complaints, "");
  EXPECT_EQ(ports.accesses, log.last(method).accesses);
}

TEST(GpeHandlerAndAml, AgreeWhenNobodyAnswers) {
  EXPECT_EQ(of_guest({{0xffffffff, 0xff}}), of_aml({0xffffffff, 0xff}));
}

}  // namespace
}  // namespace unpark::guest
