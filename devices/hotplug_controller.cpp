// SPDX-License-Identifier: Apache-2.0
#include "devices/hotplug_controller.h"

#include <type_traits>

#include "devices/hotplug_spec.h"

namespace unpark {

class HotplugController::WindowDevice final : public IoDevice {
 public:
  WindowDevice(HotplugController& controller, HotplugWindow which)
      : controller_(controller), which_(which) {}
  std::string_view name() const override {
    return which_ == HotplugWindow::kControl ? "hotplug-control" : "hotplug-os";
  }
  Result<std::uint64_t, IoFault> read(Access at) override { return controller_.read(which_, at); }
  Result<Done, IoFault> write(Access at, std::uint64_t value) override {
    return controller_.write(which_, at, value);
  }

 private:
  HotplugController& controller_;
  HotplugWindow which_;
};

HotplugController::HotplugController(std::uint32_t possible, CpuHotplugHost& host, GpeSource& gpe)
    : host_(host), gpe_(gpe), core_(possible), refusals_(possible) {}

std::shared_ptr<IoDevice> HotplugController::control_window() {
  return std::make_shared<WindowDevice>(*this, HotplugWindow::kControl);
}
std::shared_ptr<IoDevice> HotplugController::os_window() {
  return std::make_shared<WindowDevice>(*this, HotplugWindow::kOs);
}

// ---- the guest's side

namespace {

template <class T>
bool forbidden(const Result<T, IoFault>& r) {
  return !r && r.error() == IoFault::kForbidden;
}

}  // namespace

Result<std::uint64_t, IoFault> HotplugController::read(HotplugWindow which, Access at) {
  const auto value = [&] {
    Lock lock(m_);
    auto r = core_.read(which, at);
    if (forbidden(r)) count(which, at.cpu);
    return r;
  }();
  if (forbidden(value)) host_.gate_refused(at, which == HotplugWindow::kControl, false, 0);
  return value;
}

Result<Done, IoFault> HotplugController::write(HotplugWindow which, Access at,
                                               std::uint64_t value) {
  const auto effect = [&] {
    Lock lock(m_);
    const auto before = core_.progress();
    auto r = core_.write(which, at, static_cast<std::uint32_t>(value));
    if (forbidden(r)) count(which, at.cpu);
    report_progress(before);
    return r;
  }();
  if (forbidden(effect)) host_.gate_refused(at, which == HotplugWindow::kControl, true, value);
  act(TRY(effect));
  return Done{};
}

// Without the lock: the host may take its time, and may ask the controller.
void HotplugController::act(const HotplugEffect& effect) {
  std::visit(
      [this](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, hotplug_effect::Unpark>) {
          const bool done = host_.unpark(e.cpu);
          Lock lock(m_);
          const auto before = core_.progress();
          const bool claimed = core_.finish_unpark(e, done);
          if (claimed && trigger_ == HotplugTrigger::kVmm) raise();
          report_progress(before);
        } else if constexpr (std::is_same_v<E, hotplug_effect::Eject>) {
          const bool done = host_.eject(e.cpu);
          {
            Lock lock(m_);
            const auto before = core_.progress();
            core_.finish_eject(e, done);
            report_progress(before);
          }
          if (done) host_.slot_emptied(e.cpu);
        } else if constexpr (std::is_same_v<E, hotplug_effect::Acknowledged>) {
          host_.event_acknowledged(e.cpu, e.insert);
        } else if constexpr (std::is_same_v<E, hotplug_effect::OspmStatus>) {
          host_.ospm_status(e.cpu, e.event, e.status);
        } else {
          static_assert(std::is_same_v<E, std::monostate>);
        }
      },
      effect);
}

void HotplugController::count(HotplugWindow which, VcpuId accessor) {
  const auto add = [which](HotplugRefusals& r) {
    ++(which == HotplugWindow::kControl ? r.control : r.os);
  };
  add(refusals_total_);
  if (accessor.value < refusals_.size()) add(refusals_[accessor.value]);
}

// ---- events, as the OS sees them

void HotplugController::raise() {
  gpe_.raise(spec::hotplug::kGpeBit);
}

void HotplugController::report_progress(std::uint64_t before) {
  if (core_.progress() != before)
    gpe_.set_unconsumed(spec::hotplug::kGpeBit, core_.events_unconsumed());
}

// ---- the host's side

void HotplugController::reset(std::span<const VcpuId> present) {
  Lock lock(m_);
  const auto before = core_.progress();
  core_.reset(present);
  report_progress(before);
}

Result<Done, HotplugError> HotplugController::plug(VcpuId cpu) {
  Lock lock(m_);
  const auto before = core_.progress();
  TRY(core_.plug(cpu));
  if (trigger_ == HotplugTrigger::kGuest) raise();
  report_progress(before);
  return Done{};
}

Result<Done, HotplugError> HotplugController::withdraw(VcpuId cpu) {
  Lock lock(m_);
  const auto before = core_.progress();
  TRY(core_.withdraw(cpu));
  report_progress(before);
  return Done{};
}

Result<Done, HotplugError> HotplugController::request_removal(VcpuId cpu) {
  Lock lock(m_);
  const auto before = core_.progress();
  TRY(core_.request_removal(cpu));
  raise();
  report_progress(before);
  return Done{};
}

Result<Done, HotplugError> HotplugController::cancel_removal(VcpuId cpu) {
  Lock lock(m_);
  const auto before = core_.progress();
  TRY(core_.cancel_removal(cpu));
  report_progress(before);
  return Done{};
}

void HotplugController::set_smram_locked(bool locked) {
  Lock lock(m_);
  core_.set_smram_locked(locked);
}
void HotplugController::set_explicit_unpark(bool negotiated) {
  Lock lock(m_);
  core_.set_explicit_unpark(negotiated);
}
void HotplugController::set_guest_eject_allowed(bool allowed) {
  Lock lock(m_);
  core_.set_guest_eject_allowed(allowed);
}
void HotplugController::set_trigger(HotplugTrigger trigger) {
  Lock lock(m_);
  trigger_ = trigger;
}

Result<HotplugSlot, HotplugError> HotplugController::slot(VcpuId cpu) const {
  Lock lock(m_);
  return core_.slot(cpu);
}
bool HotplugController::events_unconsumed() const {
  Lock lock(m_);
  return core_.events_unconsumed();
}
HotplugRefusals HotplugController::refusals(VcpuId accessor) const {
  Lock lock(m_);
  return accessor.value < refusals_.size() ? refusals_[accessor.value] : HotplugRefusals{};
}
HotplugRefusals HotplugController::refusals() const {
  Lock lock(m_);
  return refusals_total_;
}

}  // namespace unpark
