// SPDX-License-Identifier: Apache-2.0
#include "measure/peers.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "guest/guest_image.h"
#include "measure/child.h"
#include "vmm/version.h"

namespace unpark::measure {

namespace {

std::string first_line_of(const std::vector<std::string>& argv) {
  auto child = Child::start(argv);
  const auto interrupt = Interrupt::create();
  if (!child || !interrupt) return "unknown";
  const auto line = child->next_line(std::chrono::seconds{30}, *interrupt);
  return line ? line->text.substr(0, 120) : "unknown";
}

}  // namespace

std::string_view name_of(Peer peer) {
  switch (peer) {
    case Peer::kUnpark:
      return "unpark";
    case Peer::kQemu:
      return "qemu";
    case Peer::kBare:
      return "bare";
  }
  return "unknown";
}

std::optional<std::string> on_path(std::string_view name, std::string_view path) {
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(folder.size() < path.size() ? folder.size() + 1 : path.size());
    if (folder.empty()) continue;
    const std::string file = fmt::format("{}/{}", folder, name);
    std::error_code e;
    if (std::filesystem::is_regular_file(file, e) && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return std::nullopt;
}

Result<Peers, Error> Peers::find(bool with_qemu) {
  Peers peers;
  std::error_code e;
  peers.unpark_ = std::filesystem::read_symlink("/proc/self/exe", e).string();
  if (e) return Unexpected{Error{fmt::format("/proc/self/exe: {}", e.message())}};
  if (with_qemu) {
    const char* path = ::getenv("PATH");
    const auto found = on_path(kQemuProgram, path != nullptr ? path : "");
    if (!found)
      return Unexpected{
          Error{fmt::format("no {} on PATH to compare with: install QEMU (Debian: "
                            "qemu-system-x86), or measure without "
                            "it: --peer none",
                            kQemuProgram)}};
    peers.qemu_ = *found;
    peers.qemu_version_ = first_line_of({peers.qemu_, "--version"});
  }
  std::string folder = std::filesystem::temp_directory_path(e).string() + "/unpark-bench-XXXXXX";
  if (e || ::mkdtemp(folder.data()) == nullptr)
    return Unexpected{Error{
        fmt::format("cannot make a folder {}: {}", folder, describe(SysError{"mkdtemp", errno}))}};
  peers.folder_ = folder;
  const auto image = guest_image();
  std::ofstream file(folder + "/guest.fd", std::ios::binary);
  file.write(reinterpret_cast<const char*>(image.data()),
             static_cast<std::streamsize>(image.size()));
  if (!file.flush())
    return Unexpected{Error{fmt::format("cannot write {}/guest.fd: is there room?", folder)}};
  return peers;
}

Peers::Peers(Peers&& o) noexcept
    : folder_(std::exchange(o.folder_, {})),
      unpark_(std::move(o.unpark_)),
      qemu_(std::move(o.qemu_)),
      qemu_version_(std::move(o.qemu_version_)) {}

Peers::~Peers() {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

// Its socket: who finds one believes that the machine serves it.
void Peers::forget_last_machine() const {
  std::error_code ignored;
  std::filesystem::remove(control_path(), ignored);
}

std::vector<std::string> Peers::command(Peer peer, const Machine& m) const {
  const std::string image = folder_ + "/guest.fd";
  forget_last_machine();
  std::vector<std::string> argv;
  if (peer == Peer::kQemu) {
    argv = {qemu_,
            "-machine",
            "q35,smm=on",
            "-accel",
            "kvm",
            "-cpu",
            "host",
            "-smp",
            fmt::format("{},maxcpus={}", m.cpus, m.max_cpus),
            "-m",
            fmt::format("{}", kMemoryMib),
            "-bios",
            image,
            "-nodefaults",
            "-display",
            "none",
            "-serial",
            "stdio"};
    if (!m.guest_options.empty()) {
      argv.push_back("-fw_cfg");
      // A comma ends QEMU's option.
      std::string words = m.guest_options;
      for (char& c : words) c = c == ',' ? ' ' : c;
      argv.push_back(fmt::format("name=opt/org.unpark/guest,string={}", words));
    }
    if (m.control) {
      argv.push_back("-qmp");
      argv.push_back(fmt::format("unix:{},server=on,wait=off", control_path()));
    }
    return argv;
  }
  argv = {unpark_, "run", "--log", "warn", "--firmware", image, "--cpus",
          fmt::format("{},max={}", m.cpus, m.max_cpus), "--memory", fmt::format("{}M", kMemoryMib),
          "--serial", "stdio",
          // What stays parked is not to be reported while something else is timed.
          "--hotplug-deadline", "3600"};
  if (!m.guest_options.empty()) {
    argv.push_back("--guest-options");
    argv.push_back(m.guest_options);
  }
  if (m.control) {
    argv.push_back("--control");
    argv.push_back("unix:" + control_path());
  }
  return argv;
}

std::string Peers::version(Peer peer) const {
  if (peer == Peer::kQemu) return qemu_version_;
  return fmt::format("unpark {}", kVersion);
}

}  // namespace unpark::measure
