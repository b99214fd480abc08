// SPDX-License-Identifier: Apache-2.0
#include "vmm/host_check.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>

#include "vmm/kvm.h"

namespace unpark {

namespace {

struct Need {
  int capability;
  std::string_view name;
  int least;  // smallest value that will do
  bool required;
  std::string_view purpose;
};

// clang-format off
constexpr Need kNeeds[] = {
    {KVM_CAP_X86_SMM, "KVM_CAP_X86_SMM", 1, true,
     "KVM injects SMIs and runs handlers in SMM"},
    {KVM_CAP_MULTI_ADDRESS_SPACE, "KVM_CAP_MULTI_ADDRESS_SPACE", 2, true,
     "memory that only SMM sees (TSEG)"},
    {KVM_CAP_IRQCHIP, "KVM_CAP_IRQCHIP", 1, true, "local APICs, I/O APIC and PIC in the kernel"},
    {KVM_CAP_SIGNAL_MSI, "KVM_CAP_SIGNAL_MSI", 1, true, "one call that sends an SMI to every CPU"},
    {KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY", 1, true, "guest memory"},
    {KVM_CAP_READONLY_MEM, "KVM_CAP_READONLY_MEM", 1, true, "flash that executes and cannot be written"},
    {KVM_CAP_NR_MEMSLOTS, "KVM_CAP_NR_MEMSLOTS", 64, true, "memory cut where SMRAM may begin"},
    {KVM_CAP_PIT2, "KVM_CAP_PIT2", 1, true, "8254 timer in the kernel"},
    {KVM_CAP_MP_STATE, "KVM_CAP_MP_STATE", 1, true, "CPUs that wait for a SIPI"},
    {KVM_CAP_VCPU_EVENTS, "KVM_CAP_VCPU_EVENTS", 1, true, "pending SMIs and NMIs are seen and cleared"},
    {KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT", 1, true, "a CPU can be stopped at any time"},
    {KVM_CAP_X86_USER_SPACE_MSR, "KVM_CAP_X86_USER_SPACE_MSR", 1, true,
     "no CPU turns its local APIC off to escape SMIs"},
    {KVM_CAP_X86_MSR_FILTER, "KVM_CAP_X86_MSR_FILTER", 1, true, "the same"},
    {KVM_CAP_XSAVE, "KVM_CAP_XSAVE", 1, true, "complete reset of a CPU"},
    {KVM_CAP_MAX_VCPUS, "KVM_CAP_MAX_VCPUS", 2, true, "possible CPUs of a machine, at most"},
    {KVM_CAP_X2APIC_API, "KVM_CAP_X2APIC_API", 1, false, "more than 255 CPUs"},
    {KVM_CAP_TSC_DEADLINE_TIMER, "KVM_CAP_TSC_DEADLINE_TIMER", 1, false, "TSC-deadline timer for guests"},
};
// clang-format on

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

void add_capabilities(HostCheck& check, const Kvm& kvm) {
  for (const Need& n : kNeeds) {
    const int value = kvm.check(n.capability);
    check.facts.push_back({std::string(n.name), n.required, value >= n.least, std::to_string(value),
                           std::string(n.purpose)});
  }
}

void add_environment(HostCheck& check) {
  struct utsname u {};
  if (::uname(&u) == 0)
    check.facts.push_back({"kernel", false, true, u.release, "the KVM under test"});
  for (const char* module : {"kvm_intel", "kvm_amd"}) {
    const std::string base = fmt::format("/sys/module/{}", module);
    if (!std::ifstream(base + "/initstate") && !std::ifstream(base + "/parameters/nested"))
      continue;
    const std::string nested = first_line(base + "/parameters/nested");
    check.facts.push_back(
        {"module", false, true, module, nested.empty() ? "" : fmt::format("nested={}", nested)});
  }
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);)
    if (line.starts_with("model name")) {
      const auto colon = line.find(": ");
      if (colon == std::string::npos) break;
      check.facts.push_back({"CPU", false, true, line.substr(colon + 2), ""});
      break;
    }
}

}  // namespace

bool HostCheck::ok() const {
  return std::all_of(facts.begin(), facts.end(),
                     [](const HostFact& f) { return f.ok || !f.required; });
}

std::vector<std::string> HostCheck::lacks() const {
  std::vector<std::string> out;
  for (const HostFact& f : facts)
    if (!f.ok && f.required) out.push_back(fmt::format("{} is {}: {}", f.name, f.value, f.purpose));
  return out;
}

HostCheck check_host(const std::string& kvm_path) {
  HostCheck check;
  const auto kvm = Kvm::open(kvm_path);
  if (!kvm) {
    check.facts.push_back({kvm_path, true, false, "not usable", kvm.error().message});
    add_environment(check);
    return check;
  }
  check.facts.push_back({kvm_path, true, true, "API version 12", "the hypervisor"});
  add_capabilities(check, *kvm);
  add_environment(check);
  return check;
}

std::vector<std::string> missing_capabilities(const Kvm& kvm) {
  HostCheck check;
  add_capabilities(check, kvm);
  return check.lacks();
}

std::string refusal_of(const std::vector<std::string>& lacks) {
  std::string out = "this host's KVM cannot run the machine:";
  for (const auto& line : lacks) out += "\n  " + line;
  out += "\nrun it in the lab, an emulated host whose KVM has SMM: ./dev lab -- unpark ...";
  return out;
}

}  // namespace unpark
