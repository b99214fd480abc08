// SPDX-License-Identifier: Apache-2.0
// The guest OS's GPE handler on a fake controller. gpe_handler_aml_test.cpp holds it against the
// DSDT's method as ACPICA runs it.
#include "guest/os/gpe_handler.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace unpark::guest {
namespace {

constexpr std::uint16_t kApm = 0xb2;
constexpr std::uint16_t kControl = 0xcd8;
constexpr std::uint16_t kOs = 0xce4;

// One window's registers: selector +0, flags +4, command +5, data +8.
class FakePorts {
 public:
  FakePorts(std::uint16_t base, std::uint32_t possible) : base_(base), possible_(possible) {}

  void insert_after_smi(std::uint32_t slot) { waiting_.insert(slot); }
  void insert(std::uint32_t slot) { inserts_.insert(slot); }
  void remove(std::uint32_t slot) { removes_.insert(slot); }
  void answer_ones() { dead_ = true; }

  void out8(std::uint16_t port, std::uint8_t v) {
    touch(port);
    log("out8", port, v);
    if (port == kApm) {
      inserts_.merge(waiting_);
      return;
    }
    if (port == base_ + 5 && v == 0) next_pending();
    if (port == base_ + 4 && v == 0x02) inserts_.erase(selector_);
    if (port == base_ + 4 && v == 0x04) removes_.erase(selector_);
  }
  void out32(std::uint16_t port, std::uint32_t v) {
    touch(port);
    log("out32", port, v);
    if (port == base_) selector_ = v;
  }
  std::uint8_t in8(std::uint16_t port) {
    touch(port);
    if (dead_) return 0xff;
    if (port != base_ + 4) return 0;
    return static_cast<std::uint8_t>(1 | (inserts_.count(selector_) ? 2 : 0) |
                                     (removes_.count(selector_) ? 4 : 0));
  }
  std::uint32_t in32(std::uint16_t port) {
    touch(port);
    if (dead_) return ~0u;
    return port == base_ + 8 ? selector_ : 0;
  }
  void notify(std::uint32_t slot, std::uint32_t code) { log("notify", slot, code); }

  std::vector<std::string> calls;
  std::set<std::uint16_t> touched;

 private:
  void touch(std::uint16_t port) { touched.insert(port); }
  void log(const char* what, std::uint32_t a, std::uint32_t b) {
    char line[40];
    std::snprintf(line, sizeof line, "%s %x %x", what, a, b);
    calls.emplace_back(line);
  }
  void next_pending() {
    for (std::uint32_t i = 0; i < possible_; ++i) {
      const std::uint32_t at = (selector_ + i) % possible_;
      if (inserts_.count(at) == 0 && removes_.count(at) == 0) continue;
      selector_ = at;
      return;
    }
  }

  std::uint16_t base_;
  std::uint32_t possible_, selector_ = 0;
  std::set<std::uint32_t> waiting_, inserts_, removes_;
  bool dead_ = false;
};

using Calls = std::vector<std::string>;

TEST(GpeHandler, CallsTheFirmwareBeforeItLooks) {
  FakePorts ports(kOs, 4);
  ports.insert_after_smi(2);
  run_gpe_handler(ports, 4);
  EXPECT_EQ(ports.calls, (Calls{"out8 b2 4",                  // SMIC = 4
                                "out32 ce4 0", "out8 ce9 0",  // CSEL, CCMD
                                "notify 2 1", "out8 ce8 2",   // Notify, CINS = 1
                                "out32 ce4 3", "out8 ce9 0"}));
}

TEST(GpeHandler, NeverTouchesTheControlWindow) {
  FakePorts ports(kOs, 8);
  ports.insert(1);
  ports.insert(7);
  ports.remove(3);
  run_gpe_handler(ports, 8);
  run_eject(ports, kOs, 3);
  for (const std::uint16_t port : ports.touched)
    EXPECT_FALSE(port >= 0xcd8 && port <= 0xce3) << std::hex << port;
}

TEST(GpeHandler, AnnouncesEveryEventOnceAndAcknowledgesItAfterwards) {
  FakePorts ports(kOs, 4);
  ports.insert(0);
  ports.remove(1);
  ports.insert(3);
  run_gpe_handler(ports, 4);
  EXPECT_EQ(ports.calls,
            (Calls{"out8 b2 4", "out32 ce4 0", "out8 ce9 0", "notify 0 1", "out8 ce8 2",
                   "out32 ce4 1", "out8 ce9 0", "notify 1 3", "out8 ce8 4", "out32 ce4 2",
                   "out8 ce9 0", "notify 3 1", "out8 ce8 2"}));
}

TEST(GpeHandler, EndsWhenNothingAnswers) {
  FakePorts ports(kOs, 255);
  ports.answer_ones();
  run_gpe_handler(ports, 255);
  EXPECT_EQ(ports.calls, (Calls{"out8 b2 4", "out32 ce4 0", "out8 ce9 0"}));
}

TEST(GpeHandler, OnQemuScansFirstLikeItsAml) {
  FakePorts ports(kControl, 4);
  ports.insert(1);
  ports.insert(2);
  run_gpe_handler_of_qemu(ports, 4);
  EXPECT_EQ(ports.calls,
            (Calls{"out32 cd8 0", "out8 cdd 0", "out32 cd8 2", "out8 cdd 0", "out32 cd8 3",
                   "out8 cdd 0", "out8 b2 4", "notify 1 1", "out32 cd8 1", "out8 cdc 2",
                   "notify 2 1", "out32 cd8 2", "out8 cdc 2"}));
}

TEST(GpeHandler, OnQemuCallsNoFirmwareForNothing) {
  FakePorts ports(kControl, 4);
  run_gpe_handler_of_qemu(ports, 4);
  EXPECT_EQ(ports.calls, (Calls{"out32 cd8 0", "out8 cdd 0"}));
}

// _EJ0: agree (flags bit 4), then 0xB2 <- 4.
TEST(GpeHandler, EjectAgreesBeforeItCallsTheFirmware) {
  FakePorts ports(kOs, 4);
  run_eject(ports, kOs, 2);
  EXPECT_EQ(ports.calls, (Calls{"out32 ce4 2", "out8 ce8 10", "out8 b2 4"}));
}

}  // namespace
}  // namespace unpark::guest
