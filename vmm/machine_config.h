// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "devices/clock.h"
#include "devices/hotplug_controller.h"
#include "vmm/boot_files.h"
#include "vmm/flash_image.h"
#include "vmm/guest_ram.h"
#include "vmm/q35_map.h"

namespace unpark {

class VarsFile;

inline constexpr std::uint64_t kMinMemory = 64 * q35::kMiB;
// RAM below 4 GiB besides TSEG: OVMF's PEI, DXE and page tables; the embedded guest.
inline constexpr std::uint64_t kOvmfNeeds = 96 * q35::kMiB;
inline constexpr std::uint64_t kBuiltinNeeds = 32 * q35::kMiB;
inline constexpr std::uint64_t kDefaultMemory = 256 * q35::kMiB;

struct MachineConfig {
  std::uint32_t cpus = 1;                 // at start, 1 to max_cpus
  std::uint32_t max_cpus = 1;             // possible
  std::uint64_t memory = kDefaultMemory;  // bytes, multiple of 1 MiB, at least kMinMemory
  PageSize pages = PageSize::kSmall;      // that back it
  FlashImage firmware;                    // ends at 4 GiB
  // Its first bytes that are variables, kept in `vars`; 0: all of it is code.
  std::uint64_t vars_size = 0;
  std::shared_ptr<VarsFile> vars;
  std::optional<KernelImage> kernel;  // for firmware that boots from fw_cfg
  HotplugTrigger trigger = HotplugTrigger::kGuest;
  bool guest_eject_allowed = false;
  std::uint32_t tseg_mib = 0;  // what the firmware is offered as extended TSEG; 0: what it needs
  std::string guest_options;   // fw_cfg file opt/org.unpark/guest; empty: no such file
  // How long after an order the last step may come before the add is reported as stuck.
  Nanoseconds hotplug_deadline = std::chrono::seconds{5};
  // How long the guest may take over a removal before it counts as refused.
  Nanoseconds removal_deadline = std::chrono::seconds{30};
  std::string kvm_path = "/dev/kvm";
  std::string tracefs = "/sys/kernel/tracing";  // for KVM's tracepoints; empty: do without
  // Called on vCPU threads, several at once.
  std::function<void(std::uint8_t)> serial_output;
  std::function<void(std::uint8_t)> debug_output;
  std::function<void()> serial_room;  // after receive_serial() took less than it was given
};

}  // namespace unpark
