// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "acpi/config.h"
#include "vmm/cli_firmware.h"
#include "vmm/cli_firmware_list.h"
#include "vmm/cli_progress.h"
#include "vmm/cli_values.h"
#include "vmm/control_socket.h"
#include "vmm/exit_code.h"
#include "vmm/machine.h"
#include "vmm/run_options.h"
#include "vmm/serial_port.h"
#include "vmm/signals.h"
#include "vmm/steady_clock.h"
#include "vmm/terminal.h"

namespace unpark::cli {

namespace {

int fail(ExitCode code, const Error& e) {
  spdlog::error("{}", e.message);
  return static_cast<int>(code);
}

// It stays to be looked at while there is a way to look.
bool is_broken(RunState state) {
  return state == RunState::kInternalError || state == RunState::kGuestPanicked;
}

// The end of a machine as an exit status.
int status_of(const Machine& machine) {
  return static_cast<int>(is_broken(machine.run_state()) ? ExitCode::kFailed : ExitCode::kOk);
}

// The embedded guest is up before anybody could read it; and a log that shows no `info` shows none
// of this.
std::unique_ptr<ProgressLines> make_progress(bool wanted, const Clock& clock) {
  if (!wanted || !spdlog::should_log(spdlog::level::info)) return nullptr;
  const bool colour = shows_colour(STDERR_FILENO);
  return std::make_unique<ProgressLines>(clock, Paint(colour), [colour](const std::string& line) {
    // The guest's console may be in the middle of a line of the same terminal: take it over.
    std::fputs(((colour ? "\r" : "") + line + (colour ? "\033[K\n" : "\n")).c_str(), stderr);
  });
}

}  // namespace

int run(const RunOptions& options) {
  // Everything that was typed is checked before anything is made.
  const std::string firmware_name =
      options.firmware.value_or(options.kernel.empty() ? "builtin" : "auto");
  if (firmware_name == "list") return list_firmware(options.json);
  if (options.json) return fail(ExitCode::kUsage, {"run --json needs --firmware list"});
  const std::uint32_t most = firmware_name == "builtin" ? kBuiltinMaxCpus : acpi::kMaxCpus;
  const auto counts = parse_cpus(options.cpus, most);
  if (!counts) return fail(ExitCode::kUsage, counts.error());
  const auto memory = parse_memory(options.memory, host_memory());
  if (!memory) return fail(ExitCode::kUsage, memory.error());
  const auto tseg = parse_tseg(options.tseg);
  if (!tseg) return fail(ExitCode::kUsage, tseg.error());
  const auto serial_option = parse_serial(options.serial);
  if (!serial_option) return fail(ExitCode::kUsage, serial_option.error());
  std::string socket_path;
  if (!options.control.empty()) {
    const auto path = parse_control(options.control);
    if (!path) return fail(ExitCode::kUsage, path.error());
    socket_path = *path;
  }
  std::optional<KernelImage> kernel;
  if (!options.kernel.empty()) {
    auto read = read_kernel(options.kernel, options.initrd, options.append, *memory);
    if (!read) return fail(ExitCode::kUsage, read.error());
    kernel = *std::move(read);
  } else if (!options.initrd.empty() || !options.append.empty()) {
    return fail(ExitCode::kUsage, {"--initrd and --append need --kernel"});
  }
  // Last, because it may make the file of the variables.
  auto firmware = load_firmware(firmware_name, options.vars);
  if (!firmware) return fail(ExitCode::kUsage, firmware.error());

  auto loop = EventLoop::create();
  if (!loop) return fail(ExitCode::kCannotStart, {describe(loop.error())});
  auto serial = SerialPort::open(*serial_option, **loop);
  if (!serial) return fail(ExitCode::kCannotStart, serial.error());

  MachineConfig config;
  config.cpus = counts->cpus;
  config.max_cpus = counts->max_cpus;
  config.memory = *memory;
  config.tseg_mib = *tseg;
  if (!options.huge_pages.empty())
    config.pages = options.huge_pages == "1G" ? PageSize::k1GiB : PageSize::k2MiB;
  config.firmware = std::move(firmware->image);
  config.vars_size = firmware->vars_size;
  config.vars = std::move(firmware->vars);
  config.kernel = std::move(kernel);
  config.trigger = options.trigger;
  config.guest_eject_allowed = options.guest_eject_allowed;
  config.guest_options = options.guest_options;
  config.hotplug_deadline = std::chrono::duration_cast<Nanoseconds>(
      std::chrono::duration<double>(options.hotplug_deadline_s));
  config.serial_output = [&](std::uint8_t byte) { (*serial)->write(byte); };
  config.serial_room = [&] { (*serial)->room(); };

  const SteadyClock clock;
  const auto progress = make_progress(options.progress && firmware_name != "builtin", clock);
  std::unique_ptr<Machine> machine;
  std::unique_ptr<ControlSocket> control;
  auto signals = Signals::create(**loop, [&](int) {
    if (machine) machine->request_quit("host-signal");
  });
  if (!signals) return fail(ExitCode::kCannotStart, {describe(signals.error())});
  VcpuSet::install_kick_signal();

  auto made =
      Machine::create(std::move(config), **loop,
                      {.event =
                           [&](const QmpEvent& event) {
                             if (control) control->emit(event);
                             if (progress) progress->event(event, machine->since_start());
                             const bool broken = is_broken(machine->run_state());
                             if (std::holds_alternative<event::Shutdown>(event) ||
                                 (std::holds_alternative<event::Stop>(event) && broken && !control))
                               (*loop)->stop();
                           },
                       .marker = nullptr,
                       .boot_stage =
                           [&](BootStage stage, std::uint64_t detail, Nanoseconds at) {
                             if (progress) progress->stage(stage, detail, at);
                           }});
  if (!made) return fail(ExitCode::kCannotStart, made.error());
  machine = *std::move(made);
  if (!socket_path.empty()) {
    auto opened = ControlSocket::open(**loop, *machine, socket_path,
                                      [](const std::string& s) { spdlog::warn("{}", s); });
    if (!opened) return fail(ExitCode::kCannotStart, opened.error());
    control = *std::move(opened);
  }
  if (const auto r = (*serial)->connect(*machine); !r)
    return fail(ExitCode::kCannotStart, {fmt::format("serial input: {}", describe(r.error()))});

  if (!firmware->choice.empty()) spdlog::info("{}", firmware->choice);
  machine->start();
  const auto ended = (*loop)->run();
  const int status = status_of(*machine);
  // In this order: the socket uses the machine, the machine's threads use the serial port.
  control.reset();
  machine.reset();
  if (!ended) return fail(ExitCode::kFailed, {describe(ended.error())});
  return status;
}

}  // namespace unpark::cli
