// SPDX-License-Identifier: Apache-2.0
#include "vmm/unix_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fakes/fake_machine_control.h"
#include "tests/vmm/raw_client.h"
#include "tests/vmm/temp_dir.h"
#include "vmm/control_socket.h"

namespace unpark {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string refusal(const std::string& path) {
  const auto listener = UnixListener::listen_on(path);
  return listener ? "listens" : listener.error().message;
}

mode_t mode_of(const std::string& path) {
  struct stat s {};
  EXPECT_EQ(::lstat(path.c_str(), &s), 0);
  return s.st_mode;
}

// Bound, never closed properly, no process behind it.
void leave_stale_socket(const std::string& path) {
  const UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

class UnixListenerTest : public testing::Test {
 protected:
  TempDir dir;
  const std::string path = dir / "s";
};

TEST_F(UnixListenerTest, IsForItsOwnerOnlyWhateverTheUmask) {
  const mode_t before = ::umask(0);
  const auto listener = UnixListener::listen_on(path);
  ::umask(before);
  ASSERT_TRUE(listener.has_value());
  EXPECT_EQ(mode_of(path), static_cast<mode_t>(S_IFSOCK | 0600));
}

TEST_F(UnixListenerTest, RemovesItsNameAtTheEnd) {
  { const auto listener = UnixListener::listen_on(path); }
  EXPECT_FALSE(fs::exists(fs::symlink_status(path)));
}

TEST_F(UnixListenerTest, LeavesANameThatIsSomebodyElsesByNow) {
  {
    const auto listener = UnixListener::listen_on(path);
    ASSERT_TRUE(listener.has_value());
    fs::remove(path);
    std::ofstream{path} << "not a socket";
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(UnixListenerTest, TakesOverANameThatADeadProcessLeft) {
  leave_stale_socket(path);
  const auto listener = UnixListener::listen_on(path);
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  EXPECT_EQ(RawClient{path}.error(), 0);
  EXPECT_EQ(std::distance(fs::directory_iterator{fs::path{path}.parent_path()}, {}), 1)
      << "nothing is left beside it";
}

TEST_F(UnixListenerTest, RefusesANameThatIsServedAndNamesTheServer) {
  const auto first = UnixListener::listen_on(path);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(refusal(path), HasSubstr("process " + std::to_string(::getpid()) + " ("));
  EXPECT_THAT(refusal(path), HasSubstr("serves it already"));
  EXPECT_EQ(RawClient{path}.error(), 0) << "the first still serves";
}

TEST_F(UnixListenerTest, RefusesANameThatIsServedByAProcessTooBusyToAccept) {
  const UniqueFd busy{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(busy.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(busy.get(), 0), 0);
  const RawClient fills_the_backlog{path};
  EXPECT_THAT(refusal(path), HasSubstr("serves it already"));
  EXPECT_TRUE(fs::is_socket(path));
}

TEST_F(UnixListenerTest, RefusesAFileThatIsNoSocketAndLeavesItAlone) {
  std::ofstream{path} << "precious";
  EXPECT_EQ(refusal(path),
            "a file that is no socket has this name; remove it, or name another path");
  EXPECT_EQ(fs::file_size(path), 8U);
}

TEST_F(UnixListenerTest, RefusesASymbolicLinkEvenToNowhere) {
  fs::create_symlink(dir / "elsewhere", path);
  EXPECT_THAT(refusal(path), HasSubstr("a file that is no socket has this name"));
  EXPECT_FALSE(fs::exists(dir / "elsewhere"));
}

TEST_F(UnixListenerTest, RefusesADirectory) {
  fs::create_directory(path);
  EXPECT_THAT(refusal(path), HasSubstr("a file that is no socket has this name"));
}

TEST_F(UnixListenerTest, NamesTheFolderThatIsMissing) {
  EXPECT_EQ(refusal(dir / "missing/s"),
            "the folder '" + dir / "missing" + "' does not exist; create it, or name another path");
}

TEST_F(UnixListenerTest, NamesTheFolderThatMayNotBeWrittenTo) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::create_directory(dir / "closed");
  fs::permissions(dir / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(refusal(dir / "closed/s"),
            "no permission to create a file in '" + dir / "closed" + "'; name another path");
}

TEST_F(UnixListenerTest, TellsHowLongAPathMayBe) {
  const std::string start = dir / "";
  EXPECT_EQ(refusal(start + std::string(107 - start.size(), 'x')), "listens");
  EXPECT_EQ(refusal(start + std::string(108 - start.size(), 'x')),
            "the path has 108 bytes, and that of a unix socket may have 107; name a shorter one");
  EXPECT_EQ(refusal(""), "the path is empty");
}

TEST_F(UnixListenerTest, ControlSocketSaysWhichPathAndWhy) {
  auto loop = EventLoop::create();
  ASSERT_TRUE(loop.has_value());
  FakeMachineControl machine;
  const auto socket =
      ControlSocket::open(**loop, machine, dir / "missing/s", [](const std::string&) {});
  ASSERT_FALSE(socket.has_value());
  EXPECT_EQ(socket.error().message, "cannot open the control socket '" + dir / "missing/s" +
                                        "': the folder '" + dir / "missing" +
                                        "' does not exist; create it, or name another path");
}

}  // namespace
}  // namespace unpark
