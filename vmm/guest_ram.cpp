// SPDX-License-Identifier: Apache-2.0
#include "vmm/guest_ram.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include <cerrno>
#include <utility>

namespace unpark {

Result<MappedMemory, Error> MappedMemory::create(const std::string& name, std::uint64_t size) {
  const auto failed = [&](std::string_view call) {
    return Unexpected{Error{fmt::format("cannot get {} MiB of memory for {}: {}", size >> 20, name,
                                        describe(SysError{call, errno}))}};
  };
  if (const std::uint64_t host = host_memory(); size > host)
    return Unexpected{
        Error{fmt::format("cannot get {} MiB of memory for {}: the host has only {} MiB",
                          size >> 20, name, host >> 20)}};
  UniqueFd fd{::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!fd) return failed("memfd_create");
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return failed("ftruncate");
  // Nobody shrinks it under the guest's feet.
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return failed("F_ADD_SEALS");
  void* p = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd.get(), 0);
  if (p == MAP_FAILED) return failed("mmap");
  return MappedMemory{std::move(fd), static_cast<std::byte*>(p), size};
}

MappedMemory::MappedMemory(UniqueFd fd, std::byte* data, std::uint64_t size)
    : fd_(std::move(fd)), data_(data), size_(size) {}

MappedMemory::MappedMemory(MappedMemory&& o) noexcept
    : fd_(std::move(o.fd_)),
      data_(std::exchange(o.data_, nullptr)),
      size_(std::exchange(o.size_, 0)) {}

MappedMemory::~MappedMemory() {
  if (data_) ::munmap(data_, size_);
}

std::uint64_t host_memory() {
  struct sysinfo info {};
  if (::sysinfo(&info) != 0) return 0;
  return std::uint64_t{info.totalram} * info.mem_unit;
}

}  // namespace unpark
