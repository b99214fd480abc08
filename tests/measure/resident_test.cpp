// SPDX-License-Identifier: Apache-2.0
#include "measure/resident.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

namespace unpark::measure {
namespace {

constexpr std::uint64_t kRam = 256 * 1024;

std::optional<std::uint64_t> of(const std::string& text) {
  std::istringstream smaps(text);
  return resident_beyond_ram(smaps, kRam);
}

TEST(Resident, LeavesOutTheGuestsRam) {
  EXPECT_EQ(of("00400000-00500000 r-xp 00000000 08:01 1 /usr/bin/vmm\n"
               "Size:               1024 kB\n"
               "Rss:                 700 kB\n"
               "Pss:                 350 kB\n"
               "7f0000000000-7f0010000000 rw-s 00000000 00:01 2 /memfd:ram (deleted)\n"
               "Size:             262144 kB\n"
               "KernelPageSize:        4 kB\n"
               "Rss:                9000 kB\n"
               "7ffe00000000-7ffe00100000 rw-p 00000000 00:00 0 [stack]\n"
               "Size:               1024 kB\n"
               "Rss:                  40 kB\n"),
            740u);
}

TEST(Resident, IsUnknownWithoutTheGuestsRamOrWithTwo) {
  EXPECT_FALSE(of("Size: 1024 kB\nRss: 700 kB\n"));
  EXPECT_FALSE(of("Size: 262144 kB\nRss: 1 kB\nSize: 262148 kB\nRss: 1 kB\n"));
  EXPECT_FALSE(of(""));
  EXPECT_FALSE(of("Size: 262144kB of nothing\nRss: many\nSize:\n") == 1u);
}

TEST(Resident, IsUnknownOfAProcessThatRunsNoMachine) {
  EXPECT_FALSE(resident_beyond_ram(::getpid(), std::uint64_t{1} << 40));
}

}  // namespace
}  // namespace unpark::measure
