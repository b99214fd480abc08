// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "vmm/run_options.h"

namespace unpark::cli {

void add_run_options(CLI::App& verb, RunOptions& run) {
  verb.add_option("--firmware", run.firmware,
                  "auto (the host's OVMF with SMM; default with --kernel), builtin (default "
                  "without), a flash image FILE, or list: show what auto finds");
  verb.add_flag("--json", run.json, "With --firmware list: for a machine to read");
  verb.add_option("--vars", run.vars,
                  "Flash image FILE of the firmware's variables; written by the machine, and "
                  "made if missing with --firmware auto");
  verb.add_option("--kernel", run.kernel, "Linux bzImage FILE for the firmware to boot");
  verb.add_option("--initrd", run.initrd, "Initial RAM disk FILE for the kernel");
  verb.add_option("--append", run.append, "Command line of the kernel");
  verb.add_option("--cpus", run.cpus, "N[,max=M]: CPUs at start, possible CPUs")
      ->capture_default_str();
  verb.add_option("--memory", run.memory, "Size, e.g. 512M or 4G")->capture_default_str();
  verb.add_option("--hugepages", run.huge_pages,
                  "Back memory with huge pages of 2M (default) or 1G")
      ->expected(0, 1)
      ->default_str("2M")
      ->check(CLI::IsMember({"2M", "1G"}));
  verb.add_option("--tseg", run.tseg, "Memory of SMM that the firmware is offered: auto or a size")
      ->capture_default_str();
  verb.add_option("--control", run.control, "unix:PATH: a QMP socket to listen on");
  verb.add_option("--serial", run.serial, "COM1: stdio, file:PATH or none")->capture_default_str();
  verb.add_option_function<std::string>(
          "--hotplug-trigger",
          [&run](const std::string& who) {
            run.trigger = who == "vmm" ? HotplugTrigger::kVmm : HotplugTrigger::kGuest;
          },
          "Who raises the SMI for a new CPU: guest (its GPE handler) or vmm")
      ->check(CLI::IsMember({"guest", "vmm"}))
      ->default_str("guest");
  verb.add_option_function<std::string>(
          "--guest-eject",
          [&run](const std::string& answer) { run.guest_eject_allowed = answer == "allow"; },
          "Whether the OS may eject CPUs that the host did not ask to remove")
      ->check(CLI::IsMember({"deny", "allow"}))
      ->default_str("deny");
  verb.add_option("--hotplug-deadline", run.hotplug_deadline_s,
                  "Seconds after which a hot-add that is not complete is reported")
      ->check([](const std::string& text) {
        double seconds = 0;
        const bool number = CLI::detail::lexical_cast(text, seconds);
        // In this form NaN is refused too.
        if (number && seconds >= 0.01 && seconds <= 3600) return std::string{};
        return fmt::format("{} is not a number of seconds from 0.01 to 3600", text);
      })
      ->capture_default_str();

  verb.add_option_function<std::string>(
          "--progress", [&run](const std::string& how) { run.progress = how == "auto"; },
          "How far the boot has come, on stderr: auto (of any firmware but builtin) or off")
      ->check(CLI::IsMember({"auto", "off"}))
      ->default_str("auto");
  verb.add_option("--guest-options", run.guest_options,
                  "Words for the embedded guest, e.g. attack (guest/README.md)");
}

}  // namespace unpark::cli
