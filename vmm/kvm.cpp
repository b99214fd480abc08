// SPDX-License-Identifier: Apache-2.0
#include "vmm/kvm.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "vmm/flexible.h"

namespace unpark {

namespace {

std::string advice(int code) {
  switch (code) {
    case ENOENT:
      return "load the kvm_intel or kvm_amd module";
    case EACCES:
      return "join the group that owns it (usually kvm), or run as root";
    case ENODEV:
    case ENXIO:
      return "the kernel has the node but no KVM behind it: load kvm_intel or kvm_amd";
    default:
      return "see dmesg";
  }
}

}  // namespace

Result<Kvm, Error> Kvm::open(const std::string& path) {
  UniqueFd fd{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!fd) {
    const SysError e{"open", errno};
    return Unexpected{
        Error{fmt::format("cannot open {}: {}: {}", path, describe(e), advice(e.code)) +
              "; or run it in the lab: ./dev lab -- unpark ..."}};
  }
  const auto version = call(fd, kvm_op::kGetApiVersion);
  if (!version)
    return Unexpected{Error{fmt::format("{} is not KVM: {}", path, describe(version.error()))}};
  if (*version != KVM_API_VERSION)
    return Unexpected{Error{fmt::format("{} speaks KVM API version {}, this program needs {}", path,
                                        *version, KVM_API_VERSION)}};
  return Kvm{std::move(fd)};
}

int Kvm::check(int capability) const {
  const auto r = call(fd_, kvm_op::kCheckExtension, static_cast<unsigned long>(capability));
  return r ? *r : 0;
}

Result<std::vector<kvm_cpuid_entry2>, SysError> Kvm::supported_cpuid() const {
  // The count is not known beforehand: E2BIG asks for more room.
  for (std::uint32_t room = 128;; room *= 2) {
    Flexible<KvmCpuid2, kvm_cpuid_entry2> cpuid(room);
    cpuid->nent = room;
    const auto r = call(fd_, kvm_op::kGetSupportedCpuid, *cpuid);
    if (r) return std::vector(cpuid.entries(), cpuid.entries() + cpuid->nent);
    if (r.error().code != E2BIG || room > 4096) return Unexpected{r.error()};
  }
}

Result<std::vector<std::uint32_t>, SysError> Kvm::msr_indices() const {
  for (std::uint32_t room = 256;; room *= 2) {
    Flexible<KvmMsrList, std::uint32_t> list(room);
    list->nmsrs = room;
    const auto r = call(fd_, kvm_op::kGetMsrIndexList, *list);
    if (r) return std::vector(list.entries(), list.entries() + list->nmsrs);
    if (r.error().code != E2BIG || room > 8192) return Unexpected{r.error()};
  }
}

Result<std::size_t, SysError> Kvm::run_size() const {
  return static_cast<std::size_t>(TRY(call(fd_, kvm_op::kGetVcpuMmapSize)));
}

Result<UniqueFd, SysError> Kvm::create_vm() const {
  for (int attempt = 0;; ++attempt) {
    const auto fd = call(fd_, kvm_op::kCreateVm, 0UL);
    if (fd) return UniqueFd{*fd};
    if (fd.error().code != EINTR || attempt == 5) return Unexpected{fd.error()};
  }
}

}  // namespace unpark
