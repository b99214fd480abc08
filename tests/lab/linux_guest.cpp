// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/linux_guest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "vmm/boot_files.h"
#include "vmm/cli_firmware.h"

namespace unpark {

namespace {

const std::string kFirmware = "/usr/share/OVMF/";
const std::string kLinux = UNPARK_LINUX_GUEST "/";
constexpr std::string_view kUp = "GUEST-UP cpus=";

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; ++at) ++n;
  return n;
}

}  // namespace

std::string LinuxGuest::why_not() {
  for (const std::string& file : {kFirmware + "OVMF_CODE_4M.secboot.fd", kLinux + "vmlinuz"})
    if (!std::filesystem::exists(file))
      return file + " is missing: install Debian's ovmf, run lab/linux/prepare";
  return "";
}

std::unique_ptr<LinuxGuest> LinuxGuest::start(const LinuxOptions& options) {
  const auto fail = [](const Error& e) {
    ADD_FAILURE() << e.message;
    return nullptr;
  };
  std::unique_ptr<LinuxGuest> guest{new LinuxGuest(nullptr)};
  std::string vars = options.vars;
  if (vars.empty()) vars = guest->directory_ / "vars.fd";
  if (!std::filesystem::exists(vars))
    std::filesystem::copy_file(kFirmware + options.vars_template, vars);
  auto firmware = cli::load_firmware(kFirmware + options.code, vars);
  if (!firmware) return fail(firmware.error());
  auto kernel = read_kernel(kLinux + "vmlinuz", kLinux + "initramfs",
                            "console=ttyS0 quiet " + options.append, options.memory);
  if (!kernel) return fail(kernel.error());
  MachineConfig config;
  config.cpus = options.cpus;
  config.max_cpus = options.max_cpus;
  config.memory = options.memory;
  config.hotplug_deadline = std::chrono::seconds{120};
  config.removal_deadline = options.removal_deadline;
  config.firmware = std::move(firmware->image);
  config.vars_size = firmware->vars_size;
  config.vars = std::move(firmware->vars);
  config.kernel = *std::move(kernel);
  guest->machine_ = LiveMachine::create(std::move(config));
  if (!guest->machine_) return nullptr;
  guest->machine_->start();
  return guest;
}

bool LinuxGuest::wait_up(unsigned boots) {
  const auto up = [&](const Seen& s) { return count(s.console, kUp) >= boots; };
  // A boot may take longer than one wait, with four CPUs in particular: they wait for each other in
  // SMM, on two.
  for (int waits = 0; waits < 3; ++waits)
    if (machine_->wait(up)) return true;
  return false;
}

std::string LinuxGuest::sh(const std::string& command) {
  const std::string number = std::to_string(++commands_);
  // The console may echo what is typed: the marks are only whole in what is printed.
  machine_->type(fmt::format("echo 'BEG''IN-{0}:'; {1}; echo 'EN''D-{0}:'\n", number, command));
  const std::string begin = "BEGIN-" + number + ":", end = "END-" + number + ":";
  if (!machine_->wait([&](const Seen& s) { return count(s.console, end) > 0; })) {
    ADD_FAILURE() << "does not end: " << command << "\n" << what_happened();
    return "";
  }
  std::string all = machine_->look<std::string>([](const Seen& s) { return s.console; });
  std::erase(all, '\r');
  const std::size_t from = all.find(begin) + begin.size() + 1;
  std::string out = all.substr(from, all.find(end, from) - from);
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

bool LinuxGuest::wait_sh(const std::string& command, const std::string& wanted) {
  // Each try is a round trip through the guest, which schedules whatever is awaited meanwhile.
  for (int tries = 0; tries < 200; ++tries)
    if (sh(command) == wanted) return true;
  return false;
}

std::string LinuxGuest::what_happened() {
  const auto all = machine_->look<std::string>([](const Seen& s) { return s.console; });
  return machine_->log() + all.substr(all.size() - std::min<std::size_t>(all.size(), 3000));
}

bool LinuxGuest::wait_deleted(const std::string& id, std::size_t times) {
  return wait_events<event::DeviceDeleted>(times, [&](const auto& e) { return e.device == id; });
}

bool LinuxGuest::wait_inserted(VcpuId cpu, std::size_t times) {
  return wait_events<event::AcpiDeviceOst>(
      times, [&](const auto& e) { return e.slot == cpu && e.source == 1 && e.status == 0; });
}

std::string LinuxGuest::remove(const std::string& id) {
  std::string refusal;
  machine_->on_loop([&](Machine& m) {
    if (const auto r = m.remove_cpu(id); !r) refusal = r.error().description;
  });
  return refusal;
}

}  // namespace unpark
