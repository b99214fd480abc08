// SPDX-License-Identifier: Apache-2.0
// The kernel's tracefs, and what a guest can do to whoever reads it.
#include "vmm/kvm_tracepoints.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "devices/step_port_spec.h"
#include "guest/guest_image.h"
#include "tests/lab/guest_code.h"
#include "tests/lab/live_machine.h"
#include "tests/lab/smm_required.h"

LAB_GUEST(negotiate);

namespace unpark {
namespace {

namespace fs = std::filesystem;
namespace sp = spec::step_port;

const std::string kTracefs = "/sys/kernel/tracing";
constexpr std::size_t kRow02 = 2, kRow15 = 16;

std::string own_instance() {
  return kTracefs + "/instances/unpark-" + std::to_string(::getpid());
}

std::string text_of(const std::string& file) {
  std::string text;
  std::getline(std::ifstream(file), text);
  return text;
}

class Tracepoints : public SmmRequired {
 protected:
  void SetUp() override {
    SmmRequired::SetUp();
    if (!IsSkipped() && ::access((kTracefs + "/instances").c_str(), W_OK) != 0)
      GTEST_SKIP() << "no tracefs here, or not for this user";
  }
  static std::unique_ptr<LiveMachine> started(MachineConfig config) {
    auto m = LiveMachine::create(std::move(config));
    if (m) m->start();
    return m;
  }
  static void wait_ready(LiveMachine& m) {
    // Each try is a turn of the loop, which is what it waits for.
    bool ready = false;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!ready && std::chrono::steady_clock::now() < end)
      m.on_loop([&](Machine& machine) { ready = machine.has_tracepoints(); });
    EXPECT_TRUE(ready) << m.log();
  }
  static MachineConfig embedded() {
    MachineConfig config;
    config.cpus = 2;
    config.max_cpus = 4;
    config.memory = 128 << 20;
    config.hotplug_deadline = std::chrono::seconds{60};
    config.firmware = FlashImage::part_of_program(guest_image());
    return config;
  }
  // Negotiates hotplug, and has neither SMM nor a word for the step port.
  static MachineConfig untold() {
    MachineConfig config;
    config.max_cpus = 2;
    config.memory = 64 << 20;
    config.firmware = flash_image(lab_guest::negotiate());
    config.hotplug_deadline = std::chrono::seconds{3};
    return config;
  }
  static std::string ipis_enabled() {
    return text_of(own_instance() + "/events/kvm/kvm_apic_ipi/enable");
  }
  static bool wait_marker(LiveMachine& m, std::uint8_t marker, VcpuId cpu) {
    return m.wait([&](const Seen& s) { return s.has_marker(marker, cpu); });
  }
};

TEST_F(Tracepoints, AreOffUntilStartedAndTheirInstanceGoesWithThem) {
  {
    const auto made = KvmTracepoints::create(kTracefs);
    ASSERT_TRUE(made) << made.error().message;
    for (const char* event : {"kvm_smm_transition", "kvm_apic_ipi", "kvm_apic_accept_irq"}) {
      const std::string enable = own_instance() + "/events/kvm/" + event + "/enable";
      EXPECT_EQ(text_of(enable), "0") << event;
      EXPECT_TRUE((*made)->start());
      EXPECT_EQ(text_of(enable), "1") << event;
      EXPECT_TRUE((*made)->stop());
      EXPECT_EQ(text_of(enable), "0") << event;
    }
  }
  EXPECT_FALSE(fs::exists(own_instance()));
}

TEST_F(Tracepoints, AreOnAsLongAsAHotAddIsOpen) {
  const auto m = started(untold());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("N")) << m->debug();
  wait_ready(*m);
  EXPECT_EQ(ipis_enabled(), "0");
  ASSERT_EQ(m->add(VcpuId{1}, "cpu1"), "");
  EXPECT_EQ(ipis_enabled(), "1");
  const auto r = m->record_of(VcpuId{1});
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->traced);
  ASSERT_TRUE(m->wait([](const Seen& s) { return s.count<event::HotplugOverdue>() > 0; }));
  EXPECT_EQ(ipis_enabled(), "0");
}

TEST_F(Tracepoints, AreLeftAloneWhereTheFirmwareTellsItsSteps) {
  const auto m = started(embedded());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(wait_marker(*m, sp::kMarkerOsReady, VcpuId{0}));
  wait_ready(*m);
  ASSERT_EQ(m->add(VcpuId{2}, "cpu2"), "");
  EXPECT_EQ(ipis_enabled(), "0");
  ASSERT_TRUE(wait_marker(*m, sp::kMarkerReported, VcpuId{2}));
  const auto r = m->record_of(VcpuId{2});
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->traced);
  EXPECT_TRUE(r->done());
  EXPECT_TRUE(r->complete());
}

TEST_F(Tracepoints, AreNotNeeded) {
  MachineConfig config = untold();
  config.tracefs = "/nowhere";
  const auto m = started(std::move(config));
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("N")) << m->debug();
  ASSERT_EQ(m->add(VcpuId{1}, "cpu1"), "");
  const auto r = m->record_of(VcpuId{1});
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->traced);
  EXPECT_FALSE(fs::exists(own_instance()));
  EXPECT_TRUE(m->wait([](const Seen& s) { return s.count<event::HotplugOverdue>() > 0; }));
}

// As fast as it can, to a CPU that is parked: the loop keeps answering, the deadline is kept, and
// nothing is made up.
TEST_F(Tracepoints, AGuestThatSendsIpisWithoutEndIsNobodysTrouble) {
  const auto m = started(untold());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("N")) << m->debug();
  wait_ready(*m);
  m->type("i");
  ASSERT_TRUE(m->wait_said("I"));
  ASSERT_EQ(m->add(VcpuId{1}, "cpu1"), "");
  std::chrono::nanoseconds longest{0};
  const auto overdue = [&] {
    return m->look<bool>([](const Seen& s) { return s.count<event::HotplugOverdue>() > 0; });
  };
  const auto begin = std::chrono::steady_clock::now();
  while (!overdue() && std::chrono::steady_clock::now() < begin + std::chrono::seconds{30}) {
    const auto asked = std::chrono::steady_clock::now();
    m->on_loop([](Machine&) {});
    longest = std::max(longest, std::chrono::steady_clock::now() - asked);
  }
  EXPECT_TRUE(overdue());
  // It is far less; a busy lab is not a loop that hangs.
  EXPECT_LT(longest, std::chrono::seconds{2});
  const auto r = m->record_of(VcpuId{1});
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->traced);
  for (std::size_t row = kRow02; row <= kRow15; ++row)
    EXPECT_EQ(r->steps[row].source, StepSource::kNotObserved) << kSteps[row].label;
  EXPECT_EQ(ipis_enabled(), "0");
}

}  // namespace
}  // namespace unpark
