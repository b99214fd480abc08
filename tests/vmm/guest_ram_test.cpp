// SPDX-License-Identifier: Apache-2.0
#include "vmm/guest_ram.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace unpark {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1ull << 20;

// Another descriptor of this process's memfd called `name`; empty if there is none.
UniqueFd memfd_called(const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const auto target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (target.find("memfd:" + name) != std::string::npos)
      return UniqueFd{::open(entry.path().c_str(), O_RDWR | O_CLOEXEC)};
  }
  return {};
}

TEST(MappedMemoryTest, IsZeroAndWritableToItsLastByte) {
  auto memory = MappedMemory::create("test-memory", 2 * kMiB);
  ASSERT_TRUE(memory) << memory.error().message;
  ASSERT_EQ(memory->size(), 2 * kMiB);
  EXPECT_TRUE(std::all_of(memory->data(), memory->data() + memory->size(),
                          [](std::byte b) { return b == std::byte{0}; }));
  memory->data()[2 * kMiB - 1] = std::byte{0x5a};
  EXPECT_EQ(memory->data()[2 * kMiB - 1], std::byte{0x5a});
}

TEST(MappedMemoryTest, NobodyChangesTheSizeOfTheFileBehindIt) {
  const auto memory = MappedMemory::create("test-sealed", kMiB);
  ASSERT_TRUE(memory);
  const UniqueFd fd = memfd_called("test-sealed");
  ASSERT_TRUE(fd);
  EXPECT_EQ(::ftruncate(fd.get(), 4096), -1);
  EXPECT_EQ(::ftruncate(fd.get(), 16 * kMiB), -1);
}

TEST(MappedMemoryTest, ItsFileGoesWithIt) {
  {
    const auto memory = MappedMemory::create("test-short-lived", kMiB);
    ASSERT_TRUE(memory);
    EXPECT_TRUE(memfd_called("test-short-lived"));
  }
  EXPECT_FALSE(memfd_called("test-short-lived"));
}

TEST(MappedMemoryTest, AMoveTakesTheMappingAlong) {
  auto made = MappedMemory::create("test-moved", kMiB);
  ASSERT_TRUE(made);
  std::byte* const data = made->data();
  const MappedMemory moved = std::move(made).value();
  EXPECT_EQ(moved.data(), data);
  EXPECT_EQ(moved.size(), kMiB);
  moved.data()[0] = std::byte{1};
}

TEST(MappedMemoryTest, MoreThanAnyAddressSpaceIsRefusedWithTheSizeAndTheName) {
  const auto memory = MappedMemory::create("test-huge", std::uint64_t{1} << 62);
  ASSERT_FALSE(memory);
  EXPECT_THAT(memory.error().message,
              AllOf(HasSubstr("4398046511104 MiB"), HasSubstr("test-huge")));
}

TEST(MappedMemoryTest, MoreThanTheHostCanBackIsRefused) {
  const auto memory = MappedMemory::create("test-too-much", (host_memory() / kMiB * 64) * kMiB);
  EXPECT_FALSE(memory);
}

TEST(HostMemory, IsMemTotalOfTheKernel) {
  std::ifstream in("/proc/meminfo");
  std::string word;
  std::uint64_t kib = 0;
  while (in >> word && word != "MemTotal:") {
  }
  ASSERT_TRUE(in >> kib);
  EXPECT_EQ(host_memory(), kib * 1024);
}

std::uint64_t free_huge_pages() {
  std::uint64_t n = 0;
  std::ifstream{"/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"} >> n;
  return n;
}

TEST(MappedMemoryTest, TooFewHugePagesAreARefusalThatSaysHowManyThereAre) {
  const std::uint64_t pages = free_huge_pages() + 1;
  if (pages * 2 * kMiB > host_memory()) GTEST_SKIP() << "all of this host's memory is huge pages";
  const auto memory = MappedMemory::create("test-huge-pages", pages * 2 * kMiB, PageSize::k2MiB);
  ASSERT_FALSE(memory);
  EXPECT_THAT(
      memory.error().message,
      testing::AnyOf(AllOf(HasSubstr(std::to_string(pages) + " huge pages of 2 MiB are needed"),
                           HasSubstr("nr_hugepages")),
                     HasSubstr("the host has no huge pages of 2 MiB")));
}

TEST(MappedMemoryTest, HugePagesBackItAllOrNotAtAll) {
  if (free_huge_pages() == 0) GTEST_SKIP() << "no free huge pages on this host";
  {
    auto memory = MappedMemory::create("test-huge-pages", 2 * kMiB, PageSize::k2MiB);
    ASSERT_TRUE(memory) << memory.error().message;
    memory->data()[2 * kMiB - 1] = std::byte{1};
  }
  const auto odd = MappedMemory::create("test-huge-pages", 3 * kMiB, PageSize::k2MiB);
  ASSERT_FALSE(odd);
  EXPECT_THAT(odd.error().message, HasSubstr("not a multiple of its huge pages of 2 MiB"));
}

}  // namespace
}  // namespace unpark
