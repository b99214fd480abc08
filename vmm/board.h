// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "acpi/fw_cfg_tables.h"
#include "devices/apm.h"
#include "devices/bus/bus.h"
#include "devices/cfi_flash.h"
#include "devices/debug_console.h"
#include "devices/ecam.h"
#include "devices/fw_cfg.h"
#include "devices/hotplug_controller.h"
#include "devices/keyboard_controller.h"
#include "devices/lpc_bridge.h"
#include "devices/mch.h"
#include "devices/pci_host.h"
#include "devices/pm_block.h"
#include "devices/port92.h"
#include "devices/pvpanic.h"
#include "devices/rcrb.h"
#include "devices/reset_control.h"
#include "devices/rtc.h"
#include "devices/smi_features.h"
#include "devices/step_port.h"
#include "devices/uart16550.h"
#include "vmm/boot_progress.h"
#include "vmm/machine_config.h"

namespace unpark {

// What the chips of a board need from the machine around them.
struct BoardHost {
  CpuHotplugHost& hotplug;
  SmiSink& smi;
  std::shared_ptr<DmaMemory> memory;
  const Clock& clock;
  std::function<IrqLine(Gsi)> irq_line;
  ResetSink on_reset;
  PmBlock::SleepSink on_sleep;
  PmBlock::GpeSink on_gpe_taken;
  StepPort::Sink on_step;
  BootProgress::Sink on_boot_stage;
  Pvpanic::Sink on_panic;
  std::function<void(const MemoryControl&)> on_memory_control;
  Bus<Port>::Listener on_refusal;                   // of either bus
  std::function<std::vector<bool>()> present_cpus;  // by slot
  Rtc::UtcNow utc;
  Rtc::WakeUp wake_rtc;
  // The variables' flash chip: what it holds, and its host. Null: there is none.
  std::span<std::byte> vars{};
  CfiFlashHost* vars_host = nullptr;
};

// The machine's main board: every chip, and the only place that knows which one sits where
// (vmm/q35_map.h has the addresses).
class Board {
 public:
  Board(const MachineConfig& config, BoardHost host);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  [[nodiscard]] const Bus<Port>& ports() const { return *ports_; }
  [[nodiscard]] const Bus<Gpa>& mmio() const { return *mmio_; }
  [[nodiscard]] HotplugController& hotplug() { return hotplug_; }
  [[nodiscard]] const HotplugController& hotplug() const { return hotplug_; }
  [[nodiscard]] const SmiFeatures& smi_features() const { return smi_features_; }
  [[nodiscard]] Mch& mch() { return *mch_; }
  [[nodiscard]] Uart16550& com1() { return *com1_; }
  [[nodiscard]] PmBlock& pm() { return *pm_; }
  [[nodiscard]] Rtc& rtc() { return *rtc_; }
  [[nodiscard]] CfiFlash* vars_flash() { return vars_flash_.get(); }  // null: there is none

  // Machine reset: every chip as after power-on, but with `present` CPUs.
  void reset(const std::vector<VcpuId>& present);

 private:
  void fill_fw_cfg(const MachineConfig& config);
  void set_cpu_count(std::size_t present);
  void wire_buses();
  void watch_boot();
  [[nodiscard]] std::vector<FwCfgBytes> acpi_files() const;

  const MachineConfig& config_;
  const std::uint64_t flash_size_;  // bytes; the machine drops the image once it is in guest memory
  BoardHost host_;
  BootProgress boot_;
  std::shared_ptr<PmBlock> pm_;
  std::shared_ptr<Apm> apm_;
  HotplugController hotplug_;
  std::shared_ptr<Mch> mch_;
  std::shared_ptr<Rcrb> rcrb_;
  std::shared_ptr<LpcBridge> lpc_;
  std::shared_ptr<PciTopology> pci_;
  std::shared_ptr<ResetControl> reset_control_;
  std::shared_ptr<PciHost> pci_host_;
  std::shared_ptr<Ecam> ecam_;
  SmiFeatures smi_features_;
  std::shared_ptr<FwCfg> fw_cfg_;
  std::shared_ptr<Uart16550> com1_;
  std::shared_ptr<Port92> port92_;
  std::shared_ptr<Rtc> rtc_;
  std::shared_ptr<CfiFlash> vars_flash_;
  std::unique_ptr<Bus<Port>> ports_;
  std::unique_ptr<Bus<Gpa>> mmio_;
};

}  // namespace unpark
