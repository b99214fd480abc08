// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vmm/kvm.h"

namespace unpark {

// One thing that the host's KVM must, or may, offer.
struct HostFact {
  std::string name;      // "KVM_CAP_X86_SMM"
  bool required = true;  // otherwise it is only worth knowing
  bool ok = false;
  std::string value;    // what the host says
  std::string purpose;  // what it is for, or what follows from its absence
};

struct HostCheck {
  std::vector<HostFact> facts;
  [[nodiscard]] bool ok() const;
  // What is lacking, one sentence a line; empty if ok().
  [[nodiscard]] std::vector<std::string> lacks() const;
};

// Looks at `kvm_path` (and at the kernel and modules behind it). Never fails: what cannot be read
// is a fact that is not ok.
HostCheck check_host(const std::string& kvm_path = "/dev/kvm");

// What an open KVM lacks, one sentence each: quick, for the start of a machine.
std::vector<std::string> missing_capabilities(const Kvm& kvm);

// The words with which `run` refuses a host: what it lacks, and the lab.
std::string refusal_of(const std::vector<std::string>& lacks);

}  // namespace unpark
