// SPDX-License-Identifier: Apache-2.0
#include "vmm/vars_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "vmm/vars_file_check.h"
#include "vmm/vars_file_copy.h"
#include "vmm/whole_file.h"

namespace unpark {
namespace {

constexpr std::uint64_t kBlock = 4096;

struct Written {
  std::size_t bytes = 0;
  int code = 0;  // errno of what stopped it
};

// As much of the range as can be written.
Written write_at(int fd, std::uint64_t offset, std::span<const std::byte> from) {
  Written w;
  while (w.bytes < from.size()) {
    const ssize_t n = ::pwrite(fd, from.data() + w.bytes, from.size() - w.bytes,
                               static_cast<off_t>(offset + w.bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      w.code = n < 0 ? errno : ENOSPC;
      break;
    }
    w.bytes += static_cast<std::size_t>(n);
  }
  return w;
}

struct Stored {
  enum What { kNew, kOld, kDamaged } what = kNew;
  SysError why;
};

Stored store_block(int fd, std::uint64_t offset, std::span<const std::byte> from) {
  // The kernel copies from memory that was touched just now: a page of the guest's that has to be
  // fetched from swap first could cut its copy in two.
  std::array<std::byte, kBlock> block{}, old{};
  std::ranges::copy(from, block.begin());
  if (const auto r = read_at(fd, offset, old); !r) return {Stored::kOld, r.error()};
  const Written w = write_at(fd, offset, block);
  if (w.bytes == kBlock) return {};
  // Only a limit, a full disk or a broken one cuts a write short. What went in has its room in the
  // file, so the way back does not fail for want of it.
  const Written back = write_at(fd, offset, std::span{old}.first(w.bytes));
  return {back.bytes == w.bytes ? Stored::kOld : Stored::kDamaged, SysError{"pwrite", w.code}};
}

// Why the lock cannot be had; empty once it is held.
std::string lock_refusal(int fd) {
  // The holder may go between the two calls: then ask again, but not for ever.
  for (int attempt = 0; attempt < 3; ++attempt) {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;  // l_start and l_len 0: to the end, wherever that is
    if (::fcntl(fd, F_SETLK, &whole) == 0) return {};
    if (errno != EACCES && errno != EAGAIN)
      return fmt::format("cannot be locked: {}; give a file on a file system with locks",
                         describe(SysError{"F_SETLK", errno}));
    if (::fcntl(fd, F_GETLK, &whole) != 0)
      return fmt::format("cannot be locked: {}", describe(SysError{"F_GETLK", errno}));
    if (whole.l_type == F_UNLCK) continue;
    // QEMU's locks belong to no process (-1), and one in another container has no number here (0).
    if (whole.l_pid <= 0) break;
    return fmt::format(
        "is in use by process {}; stop that machine, or give this one a copy of its own",
        whole.l_pid);
  }
  return "is in use by another process; stop that machine, or give this one a copy of its own";
}

bool same_file(const struct stat& st, const std::string& other) {
  struct stat o {};
  return ::stat(other.c_str(), &o) == 0 && o.st_dev == st.st_dev && o.st_ino == st.st_ino;
}

struct Opened {
  UniqueFd fd;
  int code = 0;  // errno of opening it to write; `fd` can then be read at most
};

Opened open_file(const std::string& path) {
  // O_NONBLOCK: a FIFO must be refused, not waited for.
  constexpr int kFlags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  UniqueFd fd{::open(path.c_str(), O_RDWR | kFlags)};
  if (fd) return {std::move(fd), 0};
  const int code = errno;
  // What it is tells the user more than that it cannot be written: CODE files usually cannot.
  if (code == EACCES || code == EPERM || code == EROFS || code == EISDIR)
    return {UniqueFd{::open(path.c_str(), O_RDONLY | kFlags)}, code};
  return {UniqueFd{}, code};
}

// What could cut a block short later. Beyond `ulimit -f` a write raises SIGXFSZ, which ends the
// process; and a hole in the file needs room on the disk.
std::string room_refusal(int fd, std::uint64_t size) {
  if (::fallocate(fd, 0, 0, static_cast<off_t>(size)) != 0 && (errno == ENOSPC || errno == EDQUOT))
    return fmt::format("has holes that its disk has no room for: {}; make room",
                       describe(SysError{"fallocate", errno}));
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur >= size) return {};
  return fmt::format("has {} bytes, and this process may write files of {} only: raise `ulimit -f`",
                     size, limit.rlim_cur);
}

}  // namespace

Result<VarsFile, Error> VarsFile::open(const std::string& path, const std::string& template_path,
                                       std::uint64_t code_size) {
  const auto refuse = [&](const std::string& why) {
    return Unexpected{Error{fmt::format("VARS {}: {}", path, why)}};
  };
  Opened opened = open_file(path);
  if (opened.code == ENOENT && !template_path.empty()) {
    (void)TRY(copy_vars_template(template_path, path, code_size));
    opened = open_file(path);
  }
  if (!opened.fd) {
    return refuse(
        fmt::format("cannot be opened: {}{}", describe(SysError{"open", opened.code}),
                    opened.code == ENOENT ? "; copy the firmware's VARS template there" : ""));
  }
  struct stat st {};
  if (::fstat(opened.fd.get(), &st) != 0) return refuse(describe(SysError{"fstat", errno}));
  if (!S_ISREG(st.st_mode)) return refuse("is not a regular file; give a VARS file");
  if (!template_path.empty() && same_file(st, template_path))
    return refuse("is the template itself, which is never written; give this machine's own file");
  // Before its content is looked at: another machine may be writing it.
  if (opened.code == 0)
    if (const std::string why = lock_refusal(opened.fd.get()); !why.empty()) return refuse(why);

  VarsFile file{std::move(opened.fd), path, static_cast<std::uint64_t>(st.st_size)};
  if (const std::string why = refuse_vars_size(file.size_); !why.empty()) return refuse(why);
  const auto image = TRY(file.load());
  if (const std::string why = refuse_vars(image, code_size); !why.empty()) return refuse(why);
  file.blank_ = is_blank_flash(image);
  // Root may write to a file that its owner has marked read-only; it is none the less.
  if (opened.code != 0 || (st.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0)
    return refuse(fmt::format(
        "is read-only ({}), and the firmware keeps its variables in it: make it writable, or give "
        "a copy of it",
        opened.code != 0 ? describe(SysError{"open", opened.code}) : "no write permission"));
  if (const std::string why = room_refusal(file.fd_.get(), file.size_); !why.empty())
    return refuse(why);
  return file;
}

Result<std::vector<std::byte>, Error> VarsFile::load() const {
  std::vector<std::byte> image(size_);
  if (const auto r = read_at(fd_.get(), 0, image); !r)
    return Unexpected{
        Error{fmt::format("VARS {}: cannot be read: {}", path_, describe(r.error()))}};
  return image;
}

Result<Done, Error> VarsFile::store(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (offset % kBlock != 0 || bytes.size() % kBlock != 0 || offset > size_ ||
      bytes.size() > size_ - offset)
    return Unexpected{Error{
        fmt::format("VARS {}: {} bytes at 0x{:x} are not whole blocks of its {} bytes; nothing "
                    "was stored",
                    path_, bytes.size(), offset, size_)}};
  for (std::size_t done = 0; done < bytes.size(); done += kBlock) {
    const Stored r = store_block(fd_.get(), offset + done, bytes.subspan(done, kBlock));
    if (r.what == Stored::kNew) continue;
    return Unexpected{Error{fmt::format(
        "VARS {}: the block at 0x{:x} could not be stored: {}; the file {}. Make room on its disk, "
        "or look at the host's log for disk errors",
        path_, offset + done, describe(r.why),
        r.what == Stored::kOld ? "keeps the old one" : "is damaged there")}};
  }
  return Done{};
}

Result<Done, Error> VarsFile::sync() {
  if (::fdatasync(fd_.get()) == 0) return Done{};
  return Unexpected{Error{fmt::format(
      "VARS {}: the disk did not take what was stored: {}; look at the host's log for disk errors",
      path_, describe(SysError{"fdatasync", errno}))}};
}

}  // namespace unpark
