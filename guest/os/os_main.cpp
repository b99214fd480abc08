// SPDX-License-Identifier: Apache-2.0
// Where the body starts, on the boot CPU: firmware, then OS.
#include "guest/body/interrupts.h"
#include "guest/body/options.h"
#include "guest/body/report.h"
#include "guest/body/step_port.h"
#include "guest/chips/lapic.h"
#include "guest/chips/serial.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"
#include "guest/os/acpi_events.h"
#include "guest/os/hot_add.h"
#include "guest/os/os_cpus.h"
#include "guest/os/smi_bench.h"
#include "guest/os/smi_latency.h"

namespace unpark::guest {

namespace {

void on_interrupt(const InterruptFrame& frame) {
  switch (frame.vector) {
    case kNmiVector:
      os::count_nmi(initial_apic_id());
      return;
    case lapic::kSpuriousVector:
      return;
    case kSciVector:
      os::on_sci();
      break;
    case kHarmlessVector:
      os::count_harmless(initial_apic_id());
      break;
    case kWakeVector:
      break;
    default:
      Report("unexpected-interrupt")
          .dec("cpu", initial_apic_id())
          .dec("vector", frame.vector)
          .verdict(false);
  }
  lapic::end_of_interrupt();
}

bool start_cold_boot_cpus() {
  bool all = true;
  for (std::uint32_t id = 0; id < GUEST_MAX_CPUS; ++id) {
    if (!machine.cold_boot[id] || id == machine.boot_cpu || os::bring_up(id)) continue;
    Report("cpu-online").dec("cpu", id).verdict(false);
    all = false;
  }
  return all;
}

[[noreturn]] void idle(const Options& options) {
  for (;;) {
    disable_interrupts();
    if (!os::take_pending_gpe()) {
      enable_interrupts_and_halt();
      continue;
    }
    enable_interrupts();
    os::handle_cpu_gpe(options);
    os::enable_cpu_gpe();
  }
}

void run_os() {
  const Options& options = machine.options;
  os::prepare_work();
  if (!start_cold_boot_cpus() || !os::enable_acpi()) return;
  os::bench_smis(options.smi_bench);
  os::measure_smis(options);
  os::enable_cpu_gpe();
  Report("")
      .dec("cpus", os::online_count())
      .dec("possible", machine.possible)
      .text("machine", machine.explicit_unpark() ? "unpark" : "qemu")
      .dec("failed", failures())
      .say("READY");
  mark(spec::step_port::kMarkerOsReady, machine.boot_cpu);
  idle(options);
}

}  // namespace

extern "C" [[noreturn]] void unpark_guest_boot() {
  start_serial();
  set_up_interrupts(on_interrupt, "os");
  load_descriptor_tables();
  if (firmware::run()) run_os();
  Report("boot").dec("failed", failures()).verdict(false);
  halt_for_ever();
}

}  // namespace unpark::guest
