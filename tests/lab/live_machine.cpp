// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/live_machine.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

namespace unpark {

namespace {

constexpr std::size_t kMostConsole = 1 << 20;
constexpr std::chrono::seconds kLimit{60};  // the lab is slow, and its host may be busy

}  // namespace

// Takes the place of the program's log.
struct LiveMachine::Log {
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> sink =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(1000);
  std::shared_ptr<spdlog::logger> before = spdlog::default_logger();

  Log() {
    auto logger = std::make_shared<spdlog::logger>("live-machine", sink);
    logger->set_pattern("%l: %v");
    spdlog::set_default_logger(logger);
  }
  ~Log() { spdlog::set_default_logger(before); }
};

std::size_t Seen::count_marker(std::uint8_t marker) const {
  return static_cast<std::size_t>(std::count_if(markers.begin(), markers.end(),
                                                [&](const auto& m) { return m.first == marker; }));
}

bool Seen::has_marker(std::uint8_t marker, VcpuId cpu) const {
  return std::find(markers.begin(), markers.end(), std::pair{marker, cpu}) != markers.end();
}

LiveMachine::LiveMachine() : log_(std::make_unique<Log>()) {}

std::unique_ptr<LiveMachine> LiveMachine::create(MachineConfig config, bool control_socket) {
  std::unique_ptr<LiveMachine> live{new LiveMachine()};
  live->thread_ = std::thread([m = live.get(), c = std::move(config), control_socket]() mutable {
    m->run(std::move(c), control_socket);
  });
  {
    std::unique_lock lock(live->m_);
    live->cv_.wait(lock, [&] { return live->created_ || live->failed_; });
  }
  if (live->failed_) return nullptr;
  return live;
}

LiveMachine::~LiveMachine() {
  let_go();
  if (created_) loop_->stop();
  thread_.join();
}

void LiveMachine::changed(const std::function<void(Seen&)>& change) {
  std::lock_guard lock(m_);
  change(seen_);
  cv_.notify_all();
}

// The life of the loop's thread.
void LiveMachine::run(MachineConfig config, bool control_socket) {
  const auto fail = [this](const std::string& why) {
    ADD_FAILURE() << why;
    std::lock_guard lock(m_);
    failed_ = true;
    cv_.notify_all();
  };
  auto loop = EventLoop::create();
  if (!loop) return fail(describe(loop.error()));
  config.debug_output = [this](std::uint8_t byte) {
    changed([&](Seen& s) {
      if (s.debug.size() < 65536) s.debug += static_cast<char>(byte);
    });
  };
  config.serial_output = [this](std::uint8_t byte) {
    changed([&](Seen& s) {
      const char c = static_cast<char>(byte);
      s.serial.add({&c, 1});
      if (s.console.size() == kMostConsole) s.console.erase(0, kMostConsole / 2);
      s.console += c;
      if (!hold_at_.empty() && s.console.ends_with(hold_at_)) s.held = true;
    });
    std::unique_lock lock(m_);
    if (!cv_.wait_for(lock, kLimit, [this] { return !seen_.held; }))
      ADD_FAILURE() << "nobody has let the CPU go that printed '" << hold_at_ << "'";
  };
  config.serial_room = [this] {
    std::lock_guard lock(m_);
    serial_room_ = true;
    cv_.notify_all();
  };
  std::unique_ptr<ControlSocket> control;
  auto made = Machine::create(std::move(config), **loop,
                              {.event =
                                   [&](const QmpEvent& event) {
                                     if (control) control->emit(event);
                                     changed([&](Seen& s) {
                                       ++s.event_count;
                                       if (std::holds_alternative<event::Reset>(event))
                                         s.stages.clear();
                                       if (s.events.size() < kMostEvents) s.events.push_back(event);
                                     });
                                   },
                               .marker =
                                   [this](std::uint8_t marker, VcpuId cpu) {
                                     changed([&](Seen& s) {
                                       if (s.markers.size() < kMostEvents)
                                         s.markers.emplace_back(marker, cpu);
                                     });
                                   },
                               .boot_stage =
                                   [this](BootStage stage, std::uint64_t, Nanoseconds) {
                                     changed([&](Seen& s) { s.stages.push_back(stage); });
                                   }});
  if (!made) return fail(made.error().message);
  if (control_socket) {
    auto opened = ControlSocket::open(**loop, **made, socket(), [](const std::string&) {});
    if (!opened) return fail(opened.error().message);
    control = *std::move(opened);
  }
  {
    std::lock_guard lock(m_);
    loop_ = loop->get();
    machine_ = made->get();
    created_ = true;
    cv_.notify_all();
  }
  if (const auto r = (*loop)->run(); !r) ADD_FAILURE() << describe(r.error());
  control.reset();
  made->reset();
}

void LiveMachine::start() {
  on_loop([](Machine& m) { m.start(); });
}

void LiveMachine::hold_at(std::string text) {
  std::lock_guard lock(m_);
  hold_at_ = std::move(text);
}

void LiveMachine::let_go() {
  changed([this](Seen& s) {
    hold_at_.clear();
    s.held = false;
  });
}

void LiveMachine::on_loop(const std::function<void(Machine&)>& f) {
  bool done = false;
  loop_->post([&] {
    f(*machine_);
    std::lock_guard lock(m_);
    done = true;
    cv_.notify_all();
  });
  std::unique_lock lock(m_);
  cv_.wait(lock, [&] { return done; });
}

bool LiveMachine::wait(const std::function<bool(const Seen&)>& done) {
  std::unique_lock lock(m_);
  return cv_.wait_for(lock, kLimit, [&] { return done(seen_); });
}

bool LiveMachine::wait_said(std::string_view text) {
  return wait([&](const Seen& s) { return s.said(text); });
}

void LiveMachine::type(std::string_view text) {
  while (!text.empty()) {
    {
      std::lock_guard lock(m_);
      serial_room_ = false;
    }
    std::size_t taken = 0;
    on_loop([&](Machine& m) {
      taken = m.receive_serial({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    });
    text.remove_prefix(taken);
    std::unique_lock lock(m_);
    if (!text.empty() && !cv_.wait_for(lock, kLimit, [&] { return serial_room_; })) {
      ADD_FAILURE() << "nobody reads COM1";
      return;
    }
  }
}

std::string LiveMachine::debug() {
  std::lock_guard lock(m_);
  return seen_.debug;
}

void LiveMachine::forget_events() {
  std::lock_guard lock(m_);
  seen_.events.clear();
  seen_.event_count = 0;
}

std::string LiveMachine::add(VcpuId cpu, const std::string& id) {
  std::string refusal;
  on_loop([&](Machine& m) {
    if (const auto r = m.add_cpu({id, cpu}); !r) refusal = r.error().description;
  });
  return refusal;
}

std::optional<HotplugRecord> LiveMachine::record_of(VcpuId cpu) {
  std::optional<HotplugRecord> found;
  on_loop([&](Machine& m) {
    for (const HotplugRecord& r : m.tracer().records())
      if (r.cpu == cpu) found = r;
  });
  return found;
}

RunState LiveMachine::run_state() {
  RunState state{};
  on_loop([&](Machine& m) { state = m.run_state(); });
  return state;
}

std::string LiveMachine::lifecycle_of(VcpuId cpu) {
  std::string name;
  on_loop([&](Machine& m) { name = m.cpus().at(cpu.value).lifecycle; });
  return name;
}

std::string LiveMachine::log() const {
  std::string all;
  for (const std::string& line : log_->sink->last_formatted()) all += line;
  return all;
}

std::vector<std::byte> flash_image(std::span<const std::byte> code) {
  std::vector<std::byte> image(0x1'0000, std::byte{0xff});
  std::copy(code.begin(), code.end(), image.begin());
  // At FFF0, the reset vector (SDM vol. 3 10.1.4): jmp near to offset 0.
  constexpr std::array<unsigned char, 3> kJump = {0xe9, 0x0d, 0x00};
  std::memcpy(image.data() + 0xfff0, kJump.data(), kJump.size());
  return image;
}

}  // namespace unpark
