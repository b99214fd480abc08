// SPDX-License-Identifier: Apache-2.0
#include "vmm/guest_ram.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string_view>
#include <utility>

namespace unpark {

namespace {

// Linux UAPI, MFD_HUGE_2MB and MFD_HUGE_1GB: the logarithm of the size from bit 26 on.
unsigned memfd_flags(PageSize pages) {
  constexpr unsigned kBase = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  if (pages == PageSize::kSmall) return kBase;
  return kBase | MFD_HUGETLB | (pages == PageSize::k2MiB ? 21u : 30u) << 26;
}

// "only 3 of the host's 10 are free; ..."
std::string huge_page_advice(PageSize pages, std::uint64_t needed) {
  const std::string folder =
      fmt::format("/sys/kernel/mm/hugepages/hugepages-{}kB/", bytes_of(pages) / 1024);
  const auto number = [&](std::string_view file) {
    std::uint64_t n = 0;
    std::ifstream{fmt::format("{}{}", folder, file)} >> n;
    return n;
  };
  return fmt::format(
      "{} huge pages of {} MiB are needed, and {} of the host's {} are free; write "
      "more to {}nr_hugepages",
      needed, bytes_of(pages) >> 20, number("free_hugepages"), number("nr_hugepages"), folder);
}

}  // namespace

std::uint64_t bytes_of(PageSize pages) {
  if (pages == PageSize::k2MiB) return 2u << 20;
  return pages == PageSize::k1GiB ? 1u << 30 : 4096;
}

Result<MappedMemory, Error> MappedMemory::create(const std::string& name, std::uint64_t size,
                                                 PageSize pages) {
  const bool huge = pages != PageSize::kSmall;
  const auto refuse = [&](const std::string& why) {
    return Unexpected{
        Error{fmt::format("cannot get {} MiB of memory for {}: {}", size >> 20, name, why)}};
  };
  const auto failed = [&](std::string_view call) {
    const SysError e{call, errno};
    if (huge && e.code == ENOMEM) return refuse(huge_page_advice(pages, size / bytes_of(pages)));
    if (huge && (e.code == EINVAL || e.code == ENODEV || e.code == ENOENT))
      return refuse(fmt::format("the host has no huge pages of {} MiB", bytes_of(pages) >> 20));
    return refuse(describe(e));
  };
  if (size % bytes_of(pages) != 0)
    return refuse(fmt::format("not a multiple of its huge pages of {} MiB", bytes_of(pages) >> 20));
  if (const std::uint64_t host = host_memory(); size > host)
    return Unexpected{
        Error{fmt::format("cannot get {} MiB of memory for {}: the host has only {} MiB",
                          size >> 20, name, host >> 20)}};
  UniqueFd fd{::memfd_create(name.c_str(), memfd_flags(pages))};
  if (!fd) return failed("memfd_create");
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return failed("ftruncate");
  // Nobody shrinks it under the guest's feet.
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return failed("F_ADD_SEALS");
  // Huge pages are reserved here and now: one that is missing later would be a SIGBUS.
  const int flags = huge ? MAP_SHARED : MAP_SHARED | MAP_NORESERVE;
  void* p = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd.get(), 0);
  if (p == MAP_FAILED) return failed("mmap");
  return MappedMemory{std::move(fd), static_cast<std::byte*>(p), size};
}

Result<Done, Error> MappedMemory::fill(std::span<const std::byte> bytes) {
  if (bytes.size() > size_)
    return Unexpected{
        Error{fmt::format("{} bytes do not fit into memory of {}", bytes.size(), size_)}};
  for (std::size_t done = 0; done < bytes.size();) {
    const auto rest = bytes.subspan(done);
    const ssize_t n = ::pwrite(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return Unexpected{Error{fmt::format("cannot copy {} bytes into guest memory: {}", rest.size(),
                                          describe({"pwrite", errno}))}};
    done += static_cast<std::size_t>(n);
  }
  return Done{};
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
