// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// The file that keeps the firmware's variables of one machine, locked for as long as this lives.
//
// Each block of it is at every instant the old or the new one, whenever the process is killed: a
// block is stored by one pwrite of one aligned page. Linux copies such a write into one page of its
// cache and looks for a deadly signal only between pages (generic_perform_write,
// iomap_write_iter), and what is in the cache needs no process any more. If the host itself loses
// power, the rest is up to the disk, which must write 4 KiB in one piece; sync() says from when on
// a block is there.
//
// The lock is POSIX's (fcntl), which tells who holds it, and which QEMU's locks heed as well. It
// belongs to the process: closing any other descriptor of the same file would drop it, so nobody
// else here opens the file of a running machine.
class VarsFile {
 public:
  // `path` is made from the template if it does not exist; an empty `template_path`: it must.
  // `code_size`: bytes of the firmware's other part, 0 if not known.
  static Result<VarsFile, Error> open(const std::string& path, const std::string& template_path,
                                      std::uint64_t code_size);

  [[nodiscard]] Result<std::vector<std::byte>, Error> load() const;

  // Whole blocks of 4 KiB at a multiple of that, one after the other. On an error the block at
  // which it happened, and those after it, are what they were. Any thread, one at a time.
  Result<Done, Error> store(std::uint64_t offset, std::span<const std::byte> bytes);
  // What was stored outlives the host too. Here the disk tells of errors that came late.
  Result<Done, Error> sync();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // All FFh when it was opened.
  [[nodiscard]] bool blank() const { return blank_; }

 private:
  VarsFile(UniqueFd fd, std::string path, std::uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

  UniqueFd fd_;
  std::string path_;
  std::uint64_t size_ = 0;
  bool blank_ = false;
};

}  // namespace unpark
