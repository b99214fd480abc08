// SPDX-License-Identifier: Apache-2.0
#include "vmm/trace_line.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace unpark {
namespace {

using namespace trace_event;
using std::chrono::microseconds;

template <class E>
E event_in(std::string_view line) {
  const auto parsed = parse_trace_line(line);
  if (!parsed || !std::holds_alternative<E>(parsed->event)) {
    ADD_FAILURE() << line;
    return E{};
  }
  return std::get<E>(parsed->event);
}

// Lines as Linux 6.1 wrote them while OVMF took a CPU.
TEST(TraceLine, HasTheThreadAndTheTime) {
  const auto line = parse_trace_line(
      "          vcpu-0-159     [001] .....    80.701375: kvm_smm_transition: vcpu 0: entering "
      "SMM, "
      "smbase 0x1ffbd000");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->thread, 159);
  EXPECT_EQ(line->at, microseconds{80'701'375});
}

TEST(TraceLine, SmmTransition) {
  const auto in = event_in<SmmTransition>(
      "          vcpu-1-276     [000] .....    80.764534: kvm_smm_transition: vcpu 1: entering "
      "SMM, "
      "smbase 0x30000");
  EXPECT_EQ(in.vcpu, 1u);
  EXPECT_TRUE(in.entering);
  EXPECT_EQ(in.smbase, 0x3'0000u);
  const auto out = event_in<SmmTransition>(
      "           <...>-1234567 [127] d..1. 1234567.000001: kvm_smm_transition: vcpu 4095: leaving "
      "SMM, smbase 0x1ffbd000");
  EXPECT_EQ(out.vcpu, 4095u);
  EXPECT_FALSE(out.entering);
  EXPECT_EQ(out.smbase, 0x1ffb'd000u);
}

TEST(TraceLine, IpiOfTheIcr) {
  const std::string head = "          vcpu-0-159     [001] .....    80.730511: kvm_apic_ipi: ";
  const auto smi = event_in<IpiSent>(head + "dst 1 vec 0 (SMI|physical|assert|edge|dst)");
  EXPECT_EQ(smi.destination, 1u);
  EXPECT_EQ(smi.mode, IpiMode::kSmi);
  EXPECT_TRUE(smi.directed);
  EXPECT_FALSE(smi.de_assert);
  const auto init = event_in<IpiSent>(head + "dst 1f vec 0 (INIT|physical|assert|level|dst)");
  EXPECT_EQ(init.destination, 0x1fu);
  EXPECT_EQ(init.mode, IpiMode::kInit);
  EXPECT_FALSE(init.de_assert);
  EXPECT_TRUE(
      event_in<IpiSent>(head + "dst 1 vec 0 (INIT|physical|de-assert|level|dst)").de_assert);
  // An edge has no level to take away.
  const auto sipi = event_in<IpiSent>(head + "dst 1 vec 153 (SIPI|physical|de-assert|edge|dst)");
  EXPECT_EQ(sipi.mode, IpiMode::kStartUp);
  EXPECT_FALSE(sipi.de_assert);
  EXPECT_FALSE(
      event_in<IpiSent>(head + "dst 0 vec 0 (INIT|physical|assert|edge|all-but-self)").directed);
  EXPECT_FALSE(event_in<IpiSent>(head + "dst 1 vec 0 (SMI|logical|assert|edge|dst)").directed);
}

TEST(TraceLine, IpiThatHasArrived) {
  const auto sipi = event_in<IpiArrived>(
      "          vcpu-0-159     [001] .....    80.746410: kvm_apic_accept_irq: apicid a vec 159 "
      "(SIPI|edge)");
  EXPECT_EQ(sipi.vcpu, 10u);
  EXPECT_EQ(sipi.mode, IpiMode::kStartUp);
  EXPECT_EQ(event_in<IpiArrived>("          vcpu-0-159     [001] .....    80.746410: "
                                 "kvm_apic_accept_irq: apicid 1 vec 2 (NMI|edge|coalesced)")
                .mode,
            IpiMode::kNmi);
}

TEST(TraceLine, MarkerAndLostEvents) {
  EXPECT_EQ(event_in<Marker>("           <...>-136     [001] .....    80.459060: "
                             "tracing_mark_write: who: is it")
                .text,
            "who: is it");
  EXPECT_EQ(event_in<Lost>("CPU:1 [LOST 23 EVENTS]").events, 23u);
  EXPECT_EQ(event_in<Lost>("CPU:127 [LOST EVENTS]").events, 0u);
}

TEST(TraceLine, OtherFlagsAndNoFlags) {
  for (const char* flags : {"dN.2. ", "..... ", ".... ", "d..1+ ", "b..2. ", ""})
    EXPECT_TRUE(parse_trace_line(std::string{"          vcpu-0-159     [001] "} + flags +
                                 "   80.701375: kvm_smm_transition: vcpu 0: entering SMM, smbase "
                                 "0x30000"))
        << flags;
}

// A thread may be called anything: its name is 16 columns wide and no more.
TEST(TraceLine, ANameThatLooksLikeALineIsAName) {
  const auto line = parse_trace_line(
      " x-7 [0] . 1.0: -159     [001] .....    80.701375: kvm_smm_transition: vcpu 0: entering "
      "SMM, "
      "smbase 0x30000");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->thread, 159);
}

TEST(TraceLine, OtherLinesAreNone) {
  const std::string head = "          vcpu-0-159     [001] .....    80.730511: ";
  const std::string lines[] = {
      "",
      "#",
      "# tracer: nop",
      std::string(4096, 'x'),
      std::string(16, ' ') + "-",
      head,
      head + "kvm_exit: vcpu 1 reason hlt rip 0xb info1 0x0000000000000000",
      head + "kvm_apic_ipi:",
      head + "kvm_apic_ipi: dst",
      head + "kvm_apic_ipi: dst 1 vec 0 (0x9|physical|assert|edge|dst)",
      head + "kvm_apic_ipi: dst 123456789 vec 0 (SMI|physical|assert|edge|dst)",
      head + "kvm_apic_ipi: dst -1 vec 0 (SMI|physical|assert|edge|dst)",
      head + "kvm_apic_accept_irq: apicid g vec 0 (SMI|edge)",
      head + "kvm_apic_accept_irq: apicid 1 vec 0 (SMI",
      head + "kvm_smm_transition: vcpu 0: entering SMM, smbase 0x",
      head + "kvm_smm_transition: vcpu 0: entering SMM, smbase 0x10000000000000000",
      head + "kvm_smm_transition: vcpu 0: standing SMM, smbase 0x30000",
      head + "kvm_smm_transition: vcpu 0: entering SMM, smbase 0x30000 and more",
      "          vcpu-0-159     [001] .....    80730511: kvm_smm_transition: vcpu 0: entering SMM, "
      "smbase 0x30000",
      "          vcpu-0-159     [001] .....    80.73: kvm_smm_transition: vcpu 0: entering SMM, "
      "smbase 0x30000",
      "          vcpu-0-159     [001] .....    99999999999999999.730511: kvm_smm_transition: vcpu "
      "0: "
      "entering SMM, smbase 0x30000",
      "CPU:1 [LOST",
      "CPU:1 [LOST -1 EVENTS]",
      "CPU:x [LOST 1 EVENTS]",
  };
  for (const std::string& line : lines) EXPECT_FALSE(parse_trace_line(line)) << line;
}

// No line cut short or with bytes changed does more than be refused, or be read as it stands.
TEST(TraceLine, SurvivesWhateverIsDoneToALine) {
  const std::string line =
      "          vcpu-0-159     [001] .....    80.730511: kvm_apic_ipi: dst 1 vec 0 "
      "(SMI|physical|assert|edge|dst)";
  for (std::size_t n = 0; n < line.size(); ++n)
    EXPECT_FALSE(parse_trace_line(std::string_view{line}.substr(0, n))) << n;
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = line;
    for (int n = 0; n < 3; ++n)
      changed[random() % changed.size()] = static_cast<char>(random() % 256);
    const auto parsed = parse_trace_line(changed);
    EXPECT_TRUE(!parsed || parsed->thread >= 0) << changed;
  }
}

}  // namespace
}  // namespace unpark
