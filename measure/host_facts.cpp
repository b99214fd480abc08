// SPDX-License-Identifier: Apache-2.0
#include "measure/host_facts.h"

#include <cpuid.h>
#include <fmt/format.h>
#include <linux/kvm.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <x86intrin.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "measure/child.h"
#include "vmm/kvm.h"

namespace unpark::measure {

namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line.substr(0, 256);
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> out;  // sorted
  std::error_code e;
  for (const auto& file : fs::directory_iterator(folder, e))
    if (const std::string text = first_line(file.path()); !text.empty())
      out[file.path().filename().string()] = text;
  return out;
}

std::string cpu_model(const std::string& proc) {
  std::ifstream in(proc + "/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name"))
      if (const std::size_t at = line.find(": "); at != line.npos) return line.substr(at + 2);
  return "unknown";
}

// CPUID leaf 1, ECX bit 31: somebody's machine. Leaf 4000_0000h says whose.
std::string hypervisor() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c >> 31) == 0) return "none";
  __cpuid(0x40000000, a, b, c, d);
  std::array<char, 13> name{};
  std::memcpy(name.data(), &b, 4);
  std::memcpy(name.data() + 4, &c, 4);
  std::memcpy(name.data() + 8, &d, 4);
  const std::string signature = name.data();
  if (signature == "TCGTCGTCGTCG") return "TCG";
  if (signature == "KVMKVMKVM") return "KVM";
  if (signature == "Microsoft Hv") return "Hyper-V";
  if (signature == "VMwareVMware") return "VMware";
  if (signature == "XenVMMXenVMM") return "Xen";
  return signature.empty() ? "unnamed" : signature;
}

std::string smm_of(const std::string& module) {
  const auto kvm = Kvm::open();
  if (!kvm) return kvm.error().message;
  return fmt::format("{}, KVM_CAP_X86_SMM = {}", module, kvm->check(KVM_CAP_X86_SMM));
}

// TSC against CLOCK_MONOTONIC, and the gaps between two readings of it, in one go.
void measure_clock(bench::Host& facts) {
  constexpr Nanoseconds kFor = std::chrono::milliseconds{250};
  constexpr double kGapNs = 20'000;
  struct Turn {
    std::uint64_t tsc;
    Nanoseconds clock;
  };
  const auto now = [] { return Turn{__rdtsc(), monotonic_now()}; };
  const Turn begin = now();
  Turn last = begin;
  double lost_ns = 0;
  while (last.clock - begin.clock < kFor) {
    const Turn turn = now();
    const auto gap = static_cast<double>((turn.clock - last.clock).count());
    if (gap > kGapNs) lost_ns += gap;
    last = turn;
  }
  const auto all_ns = static_cast<double>((last.clock - begin.clock).count());
  facts.tsc_khz = std::round(static_cast<double>(last.tsc - begin.tsc) * 1e6 / all_ns);
  facts.noise.measure =
      "share of a busy loop of 250 ms, before the first run, in which the loop stood still for "
      "more "
      "than 20 us";
  facts.noise.unit = "%";
  facts.noise.value = lost_ns * 100 / all_ns;
  facts.noise.noisy = facts.noise.value > kNoisyPercent;
}

}  // namespace

bench::Host host_facts(const std::string& proc, const std::string& sys) {
  bench::Host facts;
  std::map<std::string, std::string> parameters;
  facts.kvm_module = "unknown";
  facts.cpu = cpu_model(proc);
  utsname name{};
  if (::uname(&name) == 0) facts.kernel = fmt::format("{} {}", name.release, name.version);
  for (const std::string module : {"kvm_amd", "kvm_intel"}) {
    std::error_code e;
    const std::string folder = fmt::format("{}/module/{}", sys, module);
    if (!fs::exists(folder, e)) continue;
    facts.kvm_module = module;
    parameters = files_in(folder + "/parameters");
  }
  for (const auto& [key, value] : files_in(sys + "/module/kvm/parameters"))
    parameters["kvm." + key] = value;
  facts.kvm_parameters = {parameters.begin(), parameters.end()};
  const auto mitigations = files_in(sys + "/devices/system/cpu/vulnerabilities");
  facts.mitigations = {mitigations.begin(), mitigations.end()};
  const std::string governor =
      first_line(sys + "/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor.empty()) facts.governor = governor;
  facts.cpus = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN));
  facts.hypervisor = hypervisor();
  facts.is_virtual = facts.hypervisor != "none";
  facts.emulated = facts.hypervisor == "TCG";
  facts.smm = smm_of(facts.kvm_module);
  measure_clock(facts);
  return facts;
}

}  // namespace unpark::measure
