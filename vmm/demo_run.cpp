// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_run.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <thread>

#include "devices/step_port_spec.h"
#include "devices/sync.h"
#include "vmm/cli_firmware.h"
#include "vmm/control_socket.h"
#include "vmm/machine.h"
#include "vmm/qmp_client.h"
#include "vmm/temporary_directory.h"

namespace unpark::demo {

namespace {

// Under emulation, on a busy host, a boot takes some seconds; a stuck guest must still end.
constexpr Nanoseconds kBootLimit = std::chrono::seconds{60};
constexpr Nanoseconds kHotplugLimit = std::chrono::seconds{30};

// The demo's part as a client of the control socket, on a thread of its own.
struct Order {
  std::string socket, request;
  Result<std::string, Error> answer = std::string{};
  std::thread thread;

  void send(EventLoop& loop, std::function<void()> answered) {
    thread = std::thread([this, &loop, answered = std::move(answered)] {
      answer = [&]() -> Result<std::string, Error> {
        auto client = TRY(QmpClient::connect(socket, {}));
        return client.request(request);
      }();
      loop.post(answered);
    });
  }
  ~Order() {
    if (thread.joinable()) thread.join();
  }
};

}  // namespace

Result<Run, Error> run(HotplugTrigger trigger,
                       const std::function<void(const std::string&)>& progress) {
  const auto as_error = [](const SysError& e) { return Unexpected{Error{describe(e)}}; };
  auto directory = TRY(TemporaryDirectory::create("unpark-demo-"));
  auto created = EventLoop::create();
  if (!created) return as_error(created.error());
  EventLoop& loop = **created;

  Run result;
  result.trigger = trigger;
  MachineConfig config;
  config.cpus = result.cpus;
  config.max_cpus = result.max_cpus;
  config.trigger = trigger;
  config.guest_options = "attack";
  config.firmware = TRY(cli::load_firmware("builtin", "")).image;
  result.memory = config.memory;

  Mutex serial_lock;
  GuestReport serial;
  config.serial_output = [&](std::uint8_t byte) {
    Lock lock(serial_lock);
    const char c = static_cast<char>(byte);
    serial.add({&c, 1});
  };

  std::unique_ptr<Machine> machine;
  std::unique_ptr<ControlSocket> control;
  bool refused_order = false;
  const auto give_up = [&](std::string why) {
    if (result.failure.empty()) result.failure = std::move(why);
    loop.stop();
  };
  Order order{.socket = directory.path() + "/qmp", .request = {}};
  order.request =
      fmt::format(R"({{"execute": "device_add", "arguments": {{"driver": "{}", "id": "cpu{}", )"
                  R"("socket-id": 0, "core-id": {}, "thread-id": 0}}}})",
                  "host-x86_64-cpu", result.added.value, result.added.value);
  result.order = order.request;

  const auto on_marker = [&](std::uint8_t marker, VcpuId cpu) {
    using namespace spec::step_port;
    if (marker == kMarkerSmramLocked) progress("firmware has locked SMRAM");
    if (marker == kMarkerOsReady && !order.thread.joinable()) {
      progress(fmt::format("OS is up; ordering CPU {}", result.added.value));
      order.send(loop, [&] {
        refused_order = !order.answer || order.answer->find("\"return\"") == std::string::npos;
        if (refused_order) give_up("the order for the CPU was refused");
      });
      loop.after(kHotplugLimit, [&] {
        give_up(fmt::format("the guest did not report on CPU {} within {} s", result.added.value,
                            kHotplugLimit / std::chrono::seconds{1}));
      });
    }
    if (marker == kMarkerReported && cpu == result.added) loop.stop();
  };
  auto made = Machine::create(
      std::move(config), loop,
      {.event =
           [&](const QmpEvent& event) {
             if (control) control->emit(event);
             if (std::holds_alternative<event::Shutdown>(event))
               give_up("the machine stopped: " + std::get<event::Shutdown>(event).reason);
             if (std::holds_alternative<event::Reset>(event))
               give_up("the machine was reset by its guest");
           },
       .marker = on_marker});
  if (!made) return Unexpected{made.error()};
  machine = *std::move(made);
  control = TRY(ControlSocket::open(loop, *machine, order.socket,
                                    [](const std::string& s) { spdlog::warn("{}", s); }));
  loop.after(kBootLimit, [&] {
    if (!order.thread.joinable()) give_up("the guest's OS was not ready within 60 s");
  });
  progress("booting the embedded guest");
  machine->start();
  if (const auto r = loop.run(); !r) return as_error(r.error());

  if (order.thread.joinable()) {
    // A client that is still being served would wait for the loop, which has ended.
    control.reset();
    order.thread.join();
    if (order.answer)
      result.answer = *order.answer;
    else
      result.failure = order.answer.error().message;
  }
  for (const HotplugRecord& r : machine->tracer().records())
    if (r.cpu == result.added) result.record = r;
  result.refused = machine->refusals();
  result.tseg = machine->tseg();
  control.reset();
  machine.reset();  // its threads are gone: the report is complete
  for (const GuestLine& l : serial.lines())
    if (l.kind == "PASS" || l.kind == "FAIL" || l.kind == "SKIP") result.verdicts.push_back(l);
  judge(result);
  return result;
}

}  // namespace unpark::demo
