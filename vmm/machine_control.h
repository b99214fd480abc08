// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/result.h"
#include "devices/types.h"
#include "vmm/boot_progress.h"
#include "vmm/hotplug_trace.h"

namespace unpark {

// QMP's RunState (qapi/run-state.json), as far as this machine can be in it.
enum class RunState { kPrelaunch, kRunning, kPaused, kShutdown, kInternalError, kGuestPanicked };

// The classes of qapi/error.json. Clients may rely on the class, never on the sentence.
enum class ErrorClass {
  kGenericError,
  kCommandNotFound,
  kDeviceNotActive,
  kDeviceNotFound,
  kKvmMissingCap
};

struct ControlError {
  ErrorClass error_class = ErrorClass::kGenericError;
  std::string description;  // one sentence
};

// One possible CPU. The topology is one socket of max cores of one thread: core_id is the slot.
struct CpuInfo {
  VcpuId slot;
  bool plugged = false;
  bool boot_cpu = false;       // present since the last machine reset
  std::string id;              // device_add's id; empty for a cold-boot CPU
  std::int64_t thread_id = 0;  // host TID; 0 if not plugged
  std::string lifecycle;       // "absent", "parked", "wait-for-sipi", "running"
};

struct DeviceAddCpu {
  std::string id;  // unique, not empty
  VcpuId slot;
};

// The machine as the control socket sees it. Every call is made on the event loop's thread.
class MachineControl {
 public:
  virtual ~MachineControl() = default;
  [[nodiscard]] virtual RunState run_state() const = 0;
  [[nodiscard]] virtual std::vector<CpuInfo> cpus() const = 0;  // by slot, one per possible CPU
  // The driver name that query-hotpluggable-cpus announces and device_add expects.
  [[nodiscard]] virtual std::string cpu_type() const = 0;
  // Nothing is half done on error. The machine checks the slot and the state; the id's form and
  // uniqueness too.
  virtual Result<Done, ControlError> add_cpu(const DeviceAddCpu& add) = 0;
  // Asks the guest to let the CPU of this device_add id go; one that was never claimed goes at
  // once.
  virtual Result<Done, ControlError> remove_cpu(const std::string& id) = 0;
  // An SMI by the host's order, to one CPU or to all; a parked CPU gets none. Refused before the
  // firmware has locked SMRAM: until then its handlers may not be in place.
  virtual Result<Done, ControlError> inject_smi(std::optional<VcpuId> cpu) = 0;
  [[nodiscard]] virtual std::vector<HotplugRecord> hotplug_trace() const = 0;
  // Since the last reset, in the order in which they were reached.
  [[nodiscard]] virtual std::vector<BootStageTime> boot_stages() const = 0;
  // Ends the machine: the event loop returns after the reply was sent. `reason` is a QMP
  // ShutdownCause, e.g. "host-qmp-quit".
  virtual void request_quit(std::string reason) = 0;
};

}  // namespace unpark
