// SPDX-License-Identifier: Apache-2.0
#include "vmm/qmp_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vmm/event_throttle.h"

namespace unpark {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string line(const QmpEvent& event) {
  const std::string text = to_line(event, std::chrono::microseconds{1795336195000026});
  const std::string before =
      "{\"timestamp\": {\"seconds\": 1795336195, \"microseconds\": 26}, \"event\": ";
  EXPECT_TRUE(text.starts_with(before)) << text;
  return text.substr(before.size());
}

// As captured from QEMU 7.2.
TEST(QmpEvents, LookLikeQemus) {
  EXPECT_EQ(line(event::Shutdown{.guest = false, .reason = "host-qmp-quit"}),
            R"("SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-quit"}})");
  EXPECT_EQ(line(event::Reset{.guest = true, .reason = "guest-reset"}),
            R"("RESET", "data": {"guest": true, "reason": "guest-reset"}})");
  EXPECT_EQ(line(event::AcpiDeviceOst{"cpu-1", VcpuId{1}, 3, 132}),
            R"("ACPI_DEVICE_OST", "data": {"info": {"device": "cpu-1", "source": 3, )"
            R"("status": 132, "slot": "1", "slot-type": "CPU"}}})");
}

TEST(QmpEvents, APanicSaysWhatIsDoneAboutIt) {
  EXPECT_EQ(line(event::GuestPanicked{}), R"("GUEST_PANICKED", "data": {"action": "pause"}})");
  EXPECT_EQ(line(event::GuestCrashLoaded{}), R"("GUEST_CRASHLOADED", "data": {"action": "run"}})");
}

TEST(QmpEvents, OstOfAnUnpluggedCpuHasNoDevice) {
  EXPECT_EQ(line(event::AcpiDeviceOst{"", VcpuId{1}, 3, 0}),
            R"("ACPI_DEVICE_OST", "data": {"info": {"source": 3, )"
            R"("status": 0, "slot": "1", "slot-type": "CPU"}}})");
}

TEST(QmpEvents, HaveNoDataWhenThereIsNone) {
  EXPECT_EQ(line(event::Stop{}), R"("STOP"})");
  EXPECT_EQ(line(event::Resume{}), R"("RESUME"})");
}

TEST(QmpEvents, HotplugStepNamesTheStepAndItsTime) {
  HotplugRecord record{.number = 2, .cpu = VcpuId{3}, .id = "c3"};
  record.steps[1] = {StepSource::kVmm, Nanoseconds{70123}};
  EXPECT_EQ(line(event::HotplugStep{record, 1}),
            R"("__org.unpark_HOTPLUG_STEP", "data": {"number": 2, "cpu": 3, "id": "c3", )"
            R"("step": "01b", "who": "VMM", "what": "raise the SCI", "source": "vmm", )"
            R"("since-order-us": 70.123}})");
}

TEST(QmpEvents, HotplugOverdueNamesTheStep) {
  HotplugRecord record{.number = 1, .cpu = VcpuId{1}, .id = "c1"};
  record.overdue = "05";
  EXPECT_EQ(line(event::HotplugOverdue{record}),
            R"("__org.unpark_HOTPLUG_OVERDUE", "data": {"number": 1, "cpu": 1, "id": "c1", )"
            R"("step": "05"}})");
}

TEST(QmpEvents, GateRefusedHasAValueOnlyIfOneWasWritten) {
  event::GateRefused refused{.cpu = VcpuId{2},
                             .control_window = true,
                             .write = true,
                             .port = 0xcdc,
                             .width = 1,
                             .value = 0x20,
                             .count = 9};
  EXPECT_EQ(line(refused),
            R"("__org.unpark_GATE_REFUSED", "data": {"cpu": 2, "window": "control", )"
            R"("operation": "write", "port": 3292, "width": 1, "value": 32, "in-smm": false, )"
            R"("count": 9}})");
  refused.write = refused.control_window = false;
  EXPECT_EQ(line(refused),
            R"("__org.unpark_GATE_REFUSED", "data": {"cpu": 2, "window": "os", )"
            R"("operation": "read", "port": 3292, "width": 1, "in-smm": false, "count": 9}})");
}

TEST(EventThrottle, SendsTheFirstAtOnceAndTheLastOfTheRestAtTheEndOfThePeriod) {
  EventThrottle<int> throttle{seconds{1}};
  EXPECT_EQ(throttle.offer(1, seconds{100}), 1);
  EXPECT_EQ(throttle.due_at(), std::nullopt);
  EXPECT_EQ(throttle.offer(2, milliseconds{100'100}), std::nullopt);
  EXPECT_EQ(throttle.offer(3, milliseconds{100'900}), std::nullopt);
  EXPECT_EQ(throttle.due_at(), seconds{101});
  EXPECT_EQ(throttle.due(milliseconds{100'999}), std::nullopt);
  EXPECT_EQ(throttle.due(seconds{101}), 3);
  EXPECT_EQ(throttle.due_at(), std::nullopt);
}

TEST(EventThrottle, CountsThePeriodFromTheLastThatWasSent) {
  EventThrottle<int> throttle{seconds{1}};
  EXPECT_EQ(throttle.offer(1, seconds{100}), 1);
  EXPECT_EQ(throttle.offer(2, milliseconds{100'500}), std::nullopt);
  EXPECT_EQ(throttle.due(milliseconds{101'000}), 2);
  EXPECT_EQ(throttle.offer(3, milliseconds{101'500}), std::nullopt);
  EXPECT_EQ(throttle.due(milliseconds{102'000}), 3);
  EXPECT_EQ(throttle.offer(4, milliseconds{103'000}), 4) << "a quiet period has passed";
}

TEST(EventThrottle, KeepsTheOrderWhenItsTimerIsLate) {
  EventThrottle<int> throttle{seconds{1}};
  EXPECT_EQ(throttle.offer(1, seconds{100}), 1);
  EXPECT_EQ(throttle.offer(2, milliseconds{100'500}), std::nullopt);
  EXPECT_EQ(throttle.offer(3, milliseconds{101'500}), std::nullopt);
  EXPECT_EQ(throttle.due(milliseconds{101'500}), 3);
}

}  // namespace
}  // namespace unpark
