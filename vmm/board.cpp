// SPDX-License-Identifier: Apache-2.0
#include "vmm/board.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "devices/fw_cfg_kernel.h"
#include "devices/fw_cfg_spec.h"
#include "devices/hotplug_spec.h"
#include "devices/smi_features_spec.h"
#include "devices/step_port_spec.h"
#include "vmm/memory_map.h"
#include "vmm/q35_map.h"
#include "vmm/smbios.h"
#include "vmm/version.h"

namespace unpark {

namespace {

template <class T>
void append(FwCfgBytes& out, T value) {
  out.resize(out.size() + sizeof value);
  std::memcpy(out.data() + out.size() - sizeof value, &value, sizeof value);
}

template <class T>
FwCfgBytes little_endian(T value) {
  FwCfgBytes out;
  append(out, value);
  return out;
}

FwCfgBytes bytes_of(std::string_view text) {
  const auto* p = reinterpret_cast<const std::byte*>(text.data());
  return {p, p + text.size()};
}

// etc/e820: {u64 base, u64 length, u32 type}, packed; type 1 is RAM (ACPI 6.5 15.1).
FwCfgBytes e820(std::uint64_t ram) {
  FwCfgBytes out;
  const auto add_ram = [&](std::uint64_t base, std::uint64_t length) {
    append(out, base);
    append(out, length);
    append(out, std::uint32_t{1});
  };
  const std::uint64_t low = low_ram_size(ram);
  add_ram(0, low);
  if (ram > low) add_ram(q35::kHighRam.value, ram - low);
  return out;
}

// Board wiring is ours alone: a conflict or a refused name is a mistake in this file.
template <class T, class E>
T must(Result<T, E> r) {
  assert(r);
  return *std::move(r);
}

}  // namespace

Board::Board(const MachineConfig& config, BoardHost host)
    : config_(config),
      flash_size_(config.firmware.bytes().size()),
      host_(std::move(host)),
      boot_(host_.on_boot_stage),
      pm_(std::make_shared<PmBlock>(host_.clock, host_.irq_line(q35::kSciGsi), host_.on_sleep,
                                    host_.on_gpe_taken)),
      apm_(std::make_shared<Apm>(pm_, host_.smi)),
      hotplug_(config.max_cpus, host_.hotplug, *pm_),
      mch_(std::make_shared<Mch>(static_cast<std::uint16_t>(config.tseg_mib))),
      rcrb_(std::make_shared<Rcrb>()),
      lpc_(std::make_shared<LpcBridge>([this](const LpcOutputs& out) {
        pm_->set_decoded(out.pm_decoded);
        if (out.smi_lock) pm_->lock_smi_en();
        rcrb_->set_enabled(out.rcrb_decoded);
        if (out.pm_decoded) boot_.reach(BootStage::kSec);
      })),
      pci_(std::make_shared<PciTopology>()),
      reset_control_(std::make_shared<ResetControl>(host_.on_reset)),
      pci_host_(std::make_shared<PciHost>(pci_, reset_control_)),
      ecam_(std::make_shared<Ecam>(pci_, [this] { boot_.reach(BootStage::kDxe); })),
      smi_features_(
          spec::smi_features::kBroadcast | spec::smi_features::kCpuHotplug |
              spec::smi_features::kCpuHotUnplug | spec::smi_features::kExplicitUnpark,
          [this](std::uint64_t accepted) {
            hotplug_.set_explicit_unpark((accepted & spec::smi_features::kExplicitUnpark) != 0);
            boot_.reach(BootStage::kSmiFeatures, accepted);
          }),
      fw_cfg_(std::make_shared<FwCfg>(host_.memory)),
      com1_(std::make_shared<Uart16550>(host_.irq_line(q35::kCom1Gsi), config.serial_output,
                                        config.serial_room)),
      port92_(std::make_shared<Port92>(host_.on_reset)),
      rtc_(std::make_shared<Rtc>(
          host_.clock, host_.irq_line(q35::kRtcGsi), host_.utc,
          CmosMemory{low_ram_size(config.memory), config.memory - low_ram_size(config.memory)},
          host_.wake_rtc)),
      vars_flash_(host_.vars_host ? std::make_shared<CfiFlash>(host_.vars, *host_.vars_host)
                                  : nullptr) {
  hotplug_.set_trigger(config.trigger);
  hotplug_.set_guest_eject_allowed(config.guest_eject_allowed);
  must(pci_->plug({0, 0, 0}, mch_));
  must(pci_->plug({0, 0x1f, 0}, lpc_));
  mch_->set_sink([this](const MemoryControl& control) {
    ecam_->set_enabled(control.pciexbar_enabled && control.pciexbar == q35::kEcam.value);
    hotplug_.set_smram_locked(control.smram_locked);
    host_.on_memory_control(control);
    boot_.memory_control(control);
  });
  fill_fw_cfg(config);
  wire_buses();
  watch_boot();
}

void Board::watch_boot() {
  fw_cfg_->set_select_listener([this, loader = fw_cfg_->key_of(acpi::kLoaderFile)](FwCfgKey key) {
    if (key == loader) boot_.reach(BootStage::kAcpiTables);
    if (key == spec::fw_cfg::kKernelData) boot_.reach(BootStage::kKernelRead);
  });
  pm_->set_enable_sink([this](const PmEnables& enables) {
    if (enables.sci) boot_.reach(BootStage::kAcpiMode);
    if ((enables.gpe >> spec::hotplug::kGpeBit & 1) != 0) boot_.reach(BootStage::kOsEvents);
  });
}

void Board::fill_fw_cfg(const MachineConfig& config) {
  using namespace spec::fw_cfg;
  must(fw_cfg_->add_item(kMaxCpus, little_endian(static_cast<std::uint16_t>(config.max_cpus))));
  must(fw_cfg_->add_item(kBootMenu, little_endian(std::uint16_t{0})));
  must(fw_cfg_->add_file("etc/e820", e820(config.memory)));
  // The command line has looked at the kernel.
  if (const auto& k = config.kernel)
    must(offer_kernel(*fw_cfg_, k->bz_image, k->initrd, k->command_line));
  must(smi_features_.install(*fw_cfg_));
  must(fw_cfg_->add_generated_set({acpi::kRsdpFile, acpi::kTablesFile, acpi::kLoaderFile},
                                  [this] { return acpi_files(); }));
  // Made on demand: after a reset the CPUs that were hot-added count.
  must(fw_cfg_->add_generated_set({kSmbiosAnchorFile, kSmbiosTablesFile}, [this] {
    const std::vector<bool> present = host_.present_cpus();
    SmbiosFiles files = build_smbios({.possible_cpus = config_.max_cpus,
                                      .present_cpus = static_cast<std::uint32_t>(
                                          std::count(present.begin(), present.end(), true)),
                                      .memory = config_.memory,
                                      .firmware = flash_size_,
                                      .version = std::string(kVersion)});
    return std::vector<FwCfgBytes>{std::move(files.anchor), std::move(files.tables)};
  }));
  if (!config.guest_options.empty())
    must(fw_cfg_->add_file("opt/org.unpark/guest", bytes_of(config.guest_options)));
}

std::vector<FwCfgBytes> Board::acpi_files() const {
  acpi::AcpiConfig tables;
  tables.possible_cpus = config_.max_cpus;
  tables.present = host_.present_cpus();
  tables.smi_features = smi_features_.accepted();
  auto files = must(acpi::build_fw_cfg_tables(tables));  // the command line has checked the counts
  const auto as_bytes = [](const Bytes& b) {
    const auto* p = reinterpret_cast<const std::byte*>(b.data());
    return FwCfgBytes{p, p + b.size()};
  };
  return {as_bytes(files.rsdp), as_bytes(files.tables), as_bytes(files.loader)};
}

void Board::set_cpu_count(std::size_t present) {
  fw_cfg_->replace_item(spec::fw_cfg::kNbCpus, little_endian(static_cast<std::uint16_t>(present)));
}

void Board::wire_buses() {
  const auto at = [](auto base, std::uint64_t size) {
    return must(Range<decltype(base)>::make(base, size));
  };
  const auto keyboard = [&](KeyboardControllerPort::Role role) {
    return std::make_shared<KeyboardControllerPort>(role, host_.on_reset);
  };
  using enum KeyboardControllerPort::Role;
  Bus<Port>::Builder ports;
  ports.claim(at(q35::kKeyboardData, 1), keyboard(kData))
      .claim(at(q35::kKeyboardCommand, 1), keyboard(kCommand))
      .claim(at(q35::kRtc, 2), rtc_)
      .claim(at(q35::kPort92, 1), port92_)
      .claim(at(q35::kApm, 2), apm_)
      .claim(at(q35::kCom1, 8), com1_)
      .claim(at(q35::kDebugConsole, 1), std::make_shared<DebugConsole>([this](std::uint8_t byte) {
               if (config_.debug_output) config_.debug_output(byte);
             }))
      .claim(at(q35::kPvpanic, 1), std::make_shared<Pvpanic>(host_.on_panic))
      .claim(at(q35::kFwCfg, spec::fw_cfg::kPorts), fw_cfg_)
      .claim(at(q35::kPmBase, 0x80), pm_)
      .claim(at(Port{spec::hotplug::kControlWindow}, spec::hotplug::kWindowSize),
             hotplug_.control_window())
      .claim(at(Port{spec::hotplug::kOsWindow}, spec::hotplug::kWindowSize), hotplug_.os_window())
      .claim(at(q35::kPciHost, 8), pci_host_)
      .claim(at(Port{spec::step_port::kPort}, spec::step_port::kSize),
             std::make_shared<StepPort>(host_.on_step))
      .listener(host_.on_refusal);
  ports_ = std::make_unique<Bus<Port>>(must(ports.build()));

  Bus<Gpa>::Builder mmio;
  mmio.claim(at(q35::kEcam, q35::kEcamSize), ecam_)
      .claim(at(q35::kRcrb, q35::kRcrbSize), rcrb_)
      .listener(host_.on_refusal);
  if (vars_flash_)
    mmio.claim(at(Gpa{q35::kFlashEnd.value - flash_size_}, host_.vars.size()), vars_flash_);
  mmio_ = std::make_unique<Bus<Gpa>>(must(mmio.build()));
}

void Board::reset(const std::vector<VcpuId>& present) {
  reset_control_->reset();
  port92_->reset();
  pci_host_->reset();
  apm_->reset();
  lpc_->reset();
  pm_->reset();
  smi_features_.reset();
  hotplug_.reset(present);
  mch_->reset();
  ecam_->reset();
  rcrb_->reset();
  set_cpu_count(present.size());
  fw_cfg_->reset();
  com1_->reset();
  rtc_->reset();
  if (vars_flash_) vars_flash_->reset();
  boot_.reset();
}

}  // namespace unpark
