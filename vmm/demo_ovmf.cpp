// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_ovmf.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "vmm/cli_firmware.h"
#include "vmm/control_socket.h"
#include "vmm/demo_checks.h"
#include "vmm/demo_ovmf_scenario.h"
#include "vmm/firmware_search.h"
#include "vmm/machine.h"
#include "vmm/temporary_directory.h"

namespace unpark::demo {

namespace {

// Hands what is typed to COM1 as it takes it. On the loop's thread, but for room().
class Keyboard {
 public:
  explicit Keyboard(EventLoop& loop) : loop_(loop) {}
  void connect(Machine* machine) { machine_ = machine; }
  void type(const std::string& text) {
    loop_.post([this, text] {
      typed_ += text;
      offer();
    });
  }
  // The UART takes bytes again; any thread. However often a guest says so, the loop hears it once.
  void room() {
    if (!room_posted_.exchange(true))
      loop_.post([this] {
        room_posted_ = false;
        offer();
      });
  }

 private:
  void offer() {
    if (machine_ == nullptr || typed_.empty()) return;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(typed_.data());
    typed_.erase(0, machine_->receive_serial({bytes, typed_.size()}));
  }
  EventLoop& loop_;
  Machine* machine_ = nullptr;
  std::string typed_;
  std::atomic<bool> room_posted_ = false;
};

// What was seen of the record: the SMBASE can be read only while the CPU is there.
void take_record(OvmfRun& run, const Machine& machine) {
  for (const HotplugRecord& r : machine.tracer().records())
    if (r.cpu == run.added) run.record = r;
  run.tseg = machine.tseg();
}

// Under Secure Boot the attack would be Linux's to stop.
Result<cli::Firmware, Error> choose_firmware() {
  const FirmwareSearch search = find_firmware();
  const FoundFirmware* best = search.taken_without_keys();
  if (best == nullptr) return Unexpected{Error{refusal_of(search)}};
  return cli::load_firmware(best->descriptor);
}

void judge(OvmfRun& run) {
  if (!run.record) {
    if (run.failure.empty()) run.failure = "no hot-add was recorded";
    return;
  }
  std::vector<Check> first = {deaf_check(*run.record), smbase_check(*run.record, run.tseg)};
  run.checks.insert(run.checks.begin(), first.begin(), first.end());
  run.checks.push_back(refusal_check(run.refused));
}

}  // namespace

Result<OvmfRun, Error> run_ovmf(KernelImage guest, const OvmfProgress& progress) {
  const auto as_error = [](const SysError& e) { return Unexpected{Error{describe(e)}}; };
  OvmfRun run;
  MachineConfig config;
  config.cpus = run.cpus;
  config.max_cpus = run.max_cpus;
  config.memory = run.memory;
  config.hotplug_deadline = std::chrono::seconds{60};
  config.kernel = std::move(guest);
  auto firmware = TRY(choose_firmware());
  run.firmware = firmware.code;
  config.firmware = std::move(firmware.image);
  config.vars_size = firmware.vars_size;
  config.vars = std::move(firmware.vars);

  auto directory = TRY(TemporaryDirectory::create("unpark-demo-"));
  auto created = EventLoop::create();
  if (!created) return as_error(created.error());
  EventLoop& loop = **created;
  Keyboard keyboard(loop);
  SerialShell shell([&](const std::string& text) { keyboard.type(text); });
  config.serial_output = [&](std::uint8_t byte) { shell.receive(byte); };
  config.serial_room = [&] { keyboard.room(); };

  std::unique_ptr<Machine> machine;
  std::unique_ptr<ControlSocket> control;
  auto made = Machine::create(std::move(config), loop,
                              {.event =
                                   [&](const QmpEvent& event) {
                                     if (control) control->emit(event);
                                     if (std::holds_alternative<event::Shutdown>(event) ||
                                         std::holds_alternative<event::Stop>(event))
                                       shell.give_up();
                                   },
                               .marker = nullptr,
                               .boot_stage = progress.stage});
  if (!made) return Unexpected{made.error()};
  machine = *std::move(made);
  keyboard.connect(machine.get());
  const std::string socket = directory.path() + "/qmp";
  control = TRY(ControlSocket::open(loop, *machine, socket,
                                    [](const std::string& s) { spdlog::warn("{}", s); }));
  const OvmfStage stage{
      .shell = shell,
      .control_socket = socket,
      .progress = progress.awaited,
      .look_at_record =
          [&] {
            auto looked = std::make_shared<std::promise<void>>();
            loop.post([&, looked] {
              take_record(run, *machine);
              looked->set_value();
            });
            // Should the loop have ended, nobody looks.
            return looked->get_future().wait_for(std::chrono::seconds{30}) ==
                   std::future_status::ready;
          },
  };
  machine->start();
  std::thread scenario([&] {
    if (const auto r = play_ovmf(run, stage); !r) run.failure = r.error().message;
    loop.stop();
  });
  const auto ended = loop.run();
  if (!ended) shell.give_up();
  scenario.join();
  run.refused = machine->refusals();
  control.reset();
  machine.reset();
  if (!ended) return as_error(ended.error());
  judge(run);
  return run;
}

bool OvmfRun::passed() const {
  return failure.empty() && !checks.empty() &&
         std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.passed; });
}

}  // namespace unpark::demo
