// SPDX-License-Identifier: Apache-2.0
// peers.h: the same Linux on every machine.
#include <fmt/format.h>

#include <filesystem>

#include "measure/peers.h"

namespace unpark::measure {

namespace {

constexpr std::string_view kCommandLine = "console=ttyS0 quiet";

}  // namespace

Result<std::vector<std::string>, Error> Peers::linux_command(Peer peer,
                                                             const LinuxGuest& guest) const {
  forget_last_machine();
  const std::string vars = folder_ + "/vars.fd";
  std::error_code e;
  std::filesystem::copy_file(guest.vars_template, vars,
                             std::filesystem::copy_options::overwrite_existing, e);
  if (e)
    return Unexpected{
        Error{fmt::format("cannot copy {} to {}: {}", guest.vars_template, vars, e.message())}};
  const std::string append(kCommandLine);
  if (peer == Peer::kQemu)
    return std::vector<std::string>{
        qemu_, "-machine", "q35,smm=on", "-accel", "kvm", "-cpu", "host", "-smp",
        fmt::format("1,maxcpus={}", kLinuxCpus), "-m", fmt::format("{}", kLinuxMemoryMib),
        // As the firmware's descriptor wants it: only SMM writes the variables.
        "-global", "driver=cfi.pflash01,property=secure,value=on", "-drive",
        fmt::format("if=pflash,unit=0,format=raw,readonly=on,file={}", guest.code), "-drive",
        fmt::format("if=pflash,unit=1,format=raw,file={}", vars), "-kernel", guest.kernel,
        "-initrd", guest.initrd, "-append", append, "-nodefaults", "-display", "none", "-serial",
        "stdio", "-qmp", fmt::format("unix:{},server=on,wait=off", control_path())};
  // Steps are looked for until the deadline; userland is slow.
  return std::vector<std::string>{unpark_,
                                  "run",
                                  "--log",
                                  "warn",
                                  "--firmware",
                                  guest.code,
                                  "--vars",
                                  vars,
                                  "--kernel",
                                  guest.kernel,
                                  "--initrd",
                                  guest.initrd,
                                  "--append",
                                  append,
                                  "--cpus",
                                  fmt::format("1,max={}", kLinuxCpus),
                                  "--hotplug-deadline",
                                  "60",
                                  "--memory",
                                  fmt::format("{}M", kLinuxMemoryMib),
                                  "--serial",
                                  "stdio",
                                  "--control",
                                  "unix:" + control_path()};
}

}  // namespace unpark::measure
