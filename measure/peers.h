// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/result.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

inline constexpr std::string_view kQemuProgram = "qemu-system-x86_64";

enum class Peer : std::uint8_t { kUnpark, kQemu, kBare };
std::string_view name_of(Peer peer);

// Files of a Linux guest: of its firmware, and its own.
struct LinuxGuest {
  std::string code, vars_template, kernel, initrd;
};

// What is needed to start the peers: programs, and the one flash image that all of them boot. The
// folder with the image goes with this object.
class Peers {
 public:
  // `with_qemu`: QEMU must be on PATH.
  static Result<Peers, Error> find(bool with_qemu);
  Peers(Peers&& o) noexcept;
  Peers& operator=(Peers&&) = delete;
  ~Peers();

  struct Machine {
    std::uint32_t cpus = 1, max_cpus = 1;
    std::string guest_options;  // guest/README.md
    bool control = false;       // a QMP socket at control_path()
  };
  // The program and its arguments; the guest's serial line is its standard output. Not for kBare.
  [[nodiscard]] std::vector<std::string> command(Peer peer, const Machine& machine) const;
  // The same for Linux under OVMF; the variables are a fresh copy of the template.
  [[nodiscard]] Result<std::vector<std::string>, Error> linux_command(
      Peer peer, const LinuxGuest& guest) const;
  [[nodiscard]] std::string control_path() const { return folder_ + "/qmp"; }
  [[nodiscard]] std::string version(Peer peer) const;

  static constexpr std::uint64_t kMemoryMib = 256, kLinuxMemoryMib = 512;
  static constexpr std::uint32_t kLinuxCpus = 15;  // possible; one is there at the start

 private:
  Peers() = default;
  void forget_last_machine() const;
  std::string folder_, unpark_, qemu_, qemu_version_;
};

// The file called `name` in the folders of `path` (as in $PATH) that may be executed.
std::optional<std::string> on_path(std::string_view name, std::string_view path);

}  // namespace unpark::measure
