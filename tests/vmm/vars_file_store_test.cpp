// SPDX-License-Identifier: Apache-2.0
// Storing, with everything that may come between: SIGKILL, a full disk, another machine.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <utility>
#include <vector>

#include "tests/vmm/vars_file_fixture.h"

namespace unpark {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kBlock = 4096;

// A process of our own that runs `body`, and has written one byte to the pipe when wait_ready()
// returns.
class Child {
 public:
  explicit Child(const std::function<int(const std::function<void()>& ready)>& body) {
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::alarm(60);  // not left over if the test ends early
      ::_exit(body([this] { (void)!::write(pipe_[1], "r", 1); }));
    }
    ::close(pipe_[1]);
  }
  ~Child() {
    ::close(pipe_[0]);
    if (pid_ > 0) (void)kill_and_wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool wait_ready() const {
    char c = 0;
    return ::read(pipe_[0], &c, 1) == 1;
  }
  int wait() {
    int status = -1;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }
  int kill_and_wait() {
    ::kill(pid_, SIGKILL);
    return wait();
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  int pipe_[2] = {-1, -1};
  pid_t pid_ = -1;
};

struct VarsFileStore : VarsFileFixture {
  void SetUp() override { put(path, vars_image()); }
};

TEST_F(VarsFileStore, WritesTheBlocksItWasGivenAndNoOthers) {
  auto file = VarsFile::open(path, "", kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  const std::string two = std::string(kBlock, '\x01') + std::string(kBlock, '\x02');
  ASSERT_TRUE(file->store(0x2000, bytes(two)));
  ASSERT_TRUE(file->store(kVarsSize - kBlock, bytes(std::string(kBlock, '\x03'))));
  EXPECT_TRUE(file->sync());
  EXPECT_TRUE(get(path) == vars_image()
                               .replace(0x2000, two.size(), two)
                               .replace(kVarsSize - kBlock, kBlock, std::string(kBlock, '\x03')));
}

TEST_F(VarsFileStore, RefusesAnythingButWholeBlocksInsideTheFile) {
  auto file = VarsFile::open(path, "", kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  const std::string block(kBlock, 'x');
  for (const std::uint64_t offset :
       {std::uint64_t{1}, std::uint64_t{0x800}, std::uint64_t{kVarsSize},
        std::uint64_t{kVarsSize} + kBlock, ~std::uint64_t{0} - 4095})
    EXPECT_FALSE(file->store(offset, bytes(block))) << offset;
  EXPECT_FALSE(file->store(0, bytes(block.substr(1))));
  EXPECT_FALSE(file->store(kVarsSize - kBlock, bytes(block + block)));
  EXPECT_TRUE(get(path) == vars_image());
}

TEST_F(VarsFileStore, KilledAtAnyMomentLeavesEveryBlockWhollyOldOrWhollyNew) {
  constexpr std::size_t kBlocks = 64, kRounds = 25;
  std::size_t mixed = 0;  // rounds in which the kill came between two blocks of one pattern
  for (std::size_t round = 0; round < kRounds; ++round) {
    put(path, vars_image());
    Child child([&](const auto& ready) {
      auto file = VarsFile::open(path, "", kCodeSize);
      if (!file) return 1;
      const std::string a(kBlocks * kBlock, 'a'), b(kBlocks * kBlock, 'b');
      if (!file->store(0x1000, bytes(a))) return 2;
      ready();
      for (;;)
        if (!file->store(0x1000, bytes(b)) || !file->store(0x1000, bytes(a))) return 3;
    });
    ASSERT_TRUE(child.wait_ready());
    ::usleep(static_cast<useconds_t>(97 * round % 1500));  // somewhere else each time
    const int status = child.kill_and_wait();
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

    const std::string now = get(path).substr(0x1000, kBlocks * kBlock);
    std::size_t changes = 0;
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const std::string block = now.substr(i * kBlock, kBlock);
      ASSERT_TRUE(block == std::string(kBlock, 'a') || block == std::string(kBlock, 'b'))
          << "block " << i << " of round " << round << " is torn";
      changes += i > 0 && block[0] != now[(i - 1) * kBlock];
    }
    ASSERT_LE(changes, 1u);  // in order: one place where new meets old
    mixed += changes;
  }
  EXPECT_GT(mixed, 0u) << "no kill came in the middle: the test has shown nothing";
}

TEST_F(VarsFileStore, InUseByAnotherMachineIsRefusedWithItsProcess) {
  Child holder([&](const auto& ready) {
    const auto file = VarsFile::open(path, "", kCodeSize);
    if (!file) return 1;
    ready();
    ::pause();
    return 0;
  });
  ASSERT_TRUE(holder.wait_ready());
  EXPECT_THAT(refusal(path), HasSubstr("in use by process " + std::to_string(holder.pid()) + ";"));

  (void)holder.kill_and_wait();
  EXPECT_TRUE(VarsFile::open(path, "", kCodeSize));
}

// QEMU locks its images this way: such a lock has no process.
TEST_F(VarsFileStore, InUseByALockWithoutAProcessIsRefusedToo) {
  const UniqueFd other{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = 100;
  lock.l_len = 1;
  ASSERT_EQ(::fcntl(other.get(), F_OFD_SETLK, &lock), 0);
  EXPECT_THAT(refusal(path), HasSubstr("in use by another process"));
}

TEST_F(VarsFileStore, TwoMachinesThatMakeTheSameFileGetOneOfIt) {
  const std::string from = dir / "template.fd", made = dir / "made.fd";
  put(from, vars_image());
  for (int round = 0; round < 10; ++round) {
    std::filesystem::remove(made);
    const auto report_to = [&](const std::string& report) {
      return [&, report](const auto& ready) {
        const auto file = VarsFile::open(made, from, kCodeSize);
        put(dir / report, file ? "has it" : file.error().message);
        ready();
        ::pause();
        return 0;
      };
    };
    const Child a(report_to("a")), b(report_to("b"));
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    EXPECT_THAT((std::vector{get(dir / "a"), get(dir / "b")}),
                testing::UnorderedElementsAre("has it", HasSubstr("in use by process")));
    EXPECT_TRUE(get(made) == vars_image());
  }
  EXPECT_EQ(files_in_folder(),
            5);  // three images and two reports: nothing is left of the loser's copy
}

// A disk that is full in the middle of a block: the file may not grow, or be written, beyond a
// limit.
TEST_F(VarsFileStore, DiskFullInTheMiddleOfABlockLeavesTheOldBlockAndSaysWhy) {
  const std::string report = dir / "report";
  Child child([&](const auto&) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto file = VarsFile::open(path, "", kCodeSize);
    if (!file) return 1;
    const struct rlimit limit { 0x2000 + 1000, RLIM_INFINITY };
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    const std::string three =
        std::string(kBlock, 'a') + std::string(kBlock, 'b') + std::string(kBlock, 'c');
    const auto stored = file->store(0x1000, bytes(three));
    if (stored) return 3;
    put(report, stored.error().message);
    return 0;
  });
  ASSERT_EQ(child.wait(), 0);
  EXPECT_TRUE(get(path) == vars_image().replace(0x1000, kBlock, std::string(kBlock, 'a')));
  EXPECT_THAT(get(report), AllOf(HasSubstr(path), HasSubstr("0x2000"), HasSubstr("EFBIG"),
                                 HasSubstr("keeps the old one")));
}

TEST_F(VarsFileStore, LimitBelowTheSizeOfTheFileIsRefusedAtTheStart) {
  const std::string report = dir / "report";
  Child child([&](const auto&) {
    const struct rlimit limit { kVarsSize - 1, RLIM_INFINITY };
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    const auto file = VarsFile::open(path, "", kCodeSize);
    if (file) return 3;
    put(report, file.error().message);
    return 0;
  });
  ASSERT_EQ(child.wait(), 0);
  EXPECT_THAT(get(report), AllOf(HasSubstr("540671"), HasSubstr("ulimit -f")));
}

TEST_F(VarsFileStore, FileThatBecameShorterIsAnErrorAndNotALongerFile) {
  auto file = VarsFile::open(path, "", kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  std::filesystem::resize_file(path, 0x1000);
  const auto stored = file->store(0x4000, bytes(std::string(kBlock, 'x')));
  ASSERT_FALSE(stored);
  EXPECT_THAT(stored.error().message, HasSubstr("become shorter"));
  EXPECT_EQ(std::filesystem::file_size(path), 0x1000u);
}

}  // namespace
}  // namespace unpark
