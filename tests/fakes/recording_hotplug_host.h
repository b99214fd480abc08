// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "devices/cpu_hotplug_host.h"
#include "devices/gpe_source.h"

namespace unpark::test {

// A machine that does what the hotplug controller asks, and remembers it. `during_unpark` and
// `during_eject` run inside the call.
class RecordingHotplugHost final : public CpuHotplugHost {
 public:
  struct Acknowledged {
    std::uint32_t cpu;
    bool insert;
    friend bool operator==(const Acknowledged&, const Acknowledged&) = default;
  };
  struct Ospm {
    std::uint32_t cpu, event, status;
    friend bool operator==(const Ospm&, const Ospm&) = default;
  };
  struct Refused {
    std::uint32_t accessor, offset;
    bool control_window, write;
    std::uint64_t value;
    friend bool operator==(const Refused&, const Refused&) = default;
  };

  bool unpark(VcpuId cpu) override {
    unparked.push_back(cpu.value);
    if (during_unpark) during_unpark();
    return unpark_succeeds;
  }
  bool eject(VcpuId cpu) override {
    ejected.push_back(cpu.value);
    if (during_eject) during_eject();
    return eject_succeeds;
  }
  void event_acknowledged(VcpuId cpu, bool insert) override {
    acknowledged.push_back({cpu.value, insert});
  }
  void ospm_status(VcpuId cpu, std::uint32_t event, std::uint32_t status) override {
    ospm.push_back({cpu.value, event, status});
  }
  void gate_refused(Access at, bool control_window, bool write, std::uint64_t value) override {
    refused.push_back({at.cpu.value, at.offset, control_window, write, value});
  }

  bool unpark_succeeds = true, eject_succeeds = true;
  std::function<void()> during_unpark, during_eject;
  std::vector<std::uint32_t> unparked, ejected;
  std::vector<Acknowledged> acknowledged;
  std::vector<Ospm> ospm;
  std::vector<Refused> refused;
};

// A chipset that counts the events raised on it.
class RecordingGpe final : public GpeSource {
 public:
  void raise(unsigned bit) override { raised.push_back(bit); }
  void set_unconsumed(unsigned bit, bool unconsumed) override {
    reports.push_back({bit, unconsumed});
  }

  struct Report {
    unsigned bit;
    bool unconsumed;
    friend bool operator==(const Report&, const Report&) = default;
  };
  std::vector<unsigned> raised;
  std::vector<Report> reports;
};

}  // namespace unpark::test
