// SPDX-License-Identifier: Apache-2.0
#include "guest/os/hot_add.h"

#include <array>
#include <span>

#include "devices/hotplug_spec.h"
#include "guest/body/report.h"
#include "guest/body/step_port.h"
#include "guest/chips/software_smi.h"
#include "guest/firmware/machine.h"
#include "guest/os/attack.h"
#include "guest/os/gpe_handler.h"
#include "guest/os/hot_add_report.h"
#include "guest/os/os_cpus.h"

namespace unpark::guest::os {

namespace {

using spec::step_port::Step;

constinit std::array<JoinedCpu, GUEST_MAX_CPUS> joined{};
constinit std::array<std::uint32_t, GUEST_MAX_CPUS> to_eject{};  // slots

// The I/O policy of os/gpe_handler.h on the real ports.
class Ports {
 public:
  Ports(const Options& options, StepTimes& times) : options_(options), times_(times) {}

  void out8(std::uint16_t port, std::uint8_t v) {
    if (port != spec::apm::kControlPort) return guest::out8(port, v);
    if (options_.hostile_smi) attack_rendezvous(v);
    take_step(times_, Step::kStep05, machine.boot_cpu);
    if (options_.hostile_smi) return attack_registers_of_smm(v);
    software_smi(v);
  }
  void out32(std::uint16_t port, std::uint32_t v) { guest::out32(port, v); }
  std::uint8_t in8(std::uint16_t port) { return guest::in8(port); }
  std::uint32_t in32(std::uint16_t port) { return guest::in32(port); }

  void notify(std::uint32_t slot, std::uint32_t code) {
    if (code == kNotifyEjectRequest) {
      if (ejects_ < to_eject.size()) to_eject[ejects_++] = slot;
      return;
    }
    if (joined_ < joined.size()) joined[joined_++] = join(slot);
  }
  [[nodiscard]] std::size_t joined_count() const { return joined_; }
  [[nodiscard]] std::size_t eject_count() const { return ejects_; }

 private:
  JoinedCpu join(std::uint32_t slot) {
    const std::uint32_t apic_id = machine.apic_id_of_slot[slot];
    JoinedCpu cpu{};
    cpu.slot = slot;
    cpu.apic_id = apic_id;
    cpu.online = bring_up(apic_id);
    if (!cpu.online) return cpu;
    StepTimes step15{};
    take_step(step15, Step::kStep15, apic_id);
    cpu.step15 = step15[index_of(Step::kStep15)];
    cpu.worked = run_work(apic_id, options_.work, cpu.sum);
    cpu.expected = work(options_.work);
    if (cpu.worked && cpu.sum == cpu.expected) mark(spec::step_port::kMarkerCpuWorked, apic_id);
    return cpu;
  }

  const Options& options_;
  StepTimes& times_;
  std::size_t joined_ = 0;
  std::size_t ejects_ = 0;
};

// On QEMU the OS and the firmware have the same one.
std::uint16_t os_window() {
  return machine.explicit_unpark() ? spec::hotplug::kOsWindow : spec::hotplug::kControlWindow;
}

// Before the firmware has claimed it, the OS must not see a new CPU.
bool insert_visible(Ports& ports) {
  HotplugWindow<Ports> window(ports, spec::hotplug::kOsWindow);
  std::uint32_t slot = 0;
  return window.next_event(slot, machine.possible) == CpuEvent::kInsert;
}

void try_attack(Ports& ports) {
  if (!machine.explicit_unpark())
    return Report("attack").text("reason", "nothing-is-parked").skip();
  if (insert_visible(ports)) return Report("attack").text("reason", "already-claimed").skip();
  attack_parked_cpus();
  attack_windows();
  attack_smram();
}

// Removal, after the method has run: the OS lets the CPU go, then _EJ0.
void remove(Ports& ports, std::uint32_t slot) {
  const std::uint32_t apic_id = machine.apic_id_of_slot[slot];
  const std::uint32_t before = read_once(smm_report.removed_sequence);
  const bool down = apic_id != machine.boot_cpu && online(apic_id) && take_down(apic_id);
  if (down) run_eject(ports, os_window(), slot);
  const bool removed =
      read_once(smm_report.removed_sequence) == before + 1 && smm_report.last_removed == apic_id;
  Report("removed").dec("cpu", apic_id).dec("offline", down ? 1 : 0).verdict(down && removed);
}

}  // namespace

void handle_cpu_gpe(const Options& options) {
  StepTimes times{};
  const std::uint32_t failed_before = failures();
  take_step(times, Step::kStep04, machine.boot_cpu);
  Ports ports(options, times);
  if (options.attack) try_attack(ports);
  if (machine.explicit_unpark()) {
    run_gpe_handler(ports, machine.possible);
  } else {
    run_gpe_handler_of_qemu(ports, machine.possible);
  }
  // After the method: it keeps its CPU selected while it notifies.
  for (const JoinedCpu& cpu : std::span(joined).first(ports.joined_count()))
    run_ost(ports, os_window(), cpu.slot, kNotifyDeviceCheck,
            cpu.online ? kOstSuccess : kOstFailure);
  for (std::size_t i = 0; i < ports.joined_count(); ++i)
    report_hot_add(joined[i], times, options, i == 0 ? failed_before : failures());
  report_failed_claims(options);
  for (std::size_t i = 0; i < ports.eject_count(); ++i) remove(ports, to_eject[i]);
}

}  // namespace unpark::guest::os
