// SPDX-License-Identifier: Apache-2.0
// COM1's host end where it is a file, or nothing; standard input needs a machine (tests/lab).
#include "vmm/serial_port.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/vmm/running_loop.h"
#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Kind = cli::SerialOption::Kind;

struct SerialPortTest : testing::Test {
  TempDir dir;
  RunningLoop loop;
  const std::string path = dir / "serial.log";
  std::unique_ptr<SerialPort> port;

  void open(const std::string& file) {
    auto opened = SerialPort::open({Kind::kFile, file}, *loop.loop);
    ASSERT_TRUE(opened) << opened.error().message;
    port = std::move(opened).value();
  }
  void write(std::string_view text) {
    for (const char c : text) port->write(static_cast<std::uint8_t>(c));
  }
  [[nodiscard]] std::string content() const {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  std::string refusal(const std::string& file) {
    const auto opened = SerialPort::open({Kind::kFile, file}, *loop.loop);
    EXPECT_FALSE(opened);
    if (opened) return {};
    EXPECT_THAT(opened.error().message, AllOf(HasSubstr(file), Not(HasSubstr("\n"))));
    return opened.error().message;
  }
};

TEST_F(SerialPortTest, LineIsInTheFileAsSoonAsItEnds) {
  open(path);
  write("hello\n");
  EXPECT_EQ(content(), "hello\n");
}

TEST_F(SerialPortTest, RestOfALineFollowsWithTheLoop) {
  open(path);
  write("one\nprompt> ");
  loop.run_posted();
  EXPECT_EQ(content(), "one\nprompt> ");
  write("typed");
  loop.run_posted();
  EXPECT_EQ(content(), "one\nprompt> typed");
}

TEST_F(SerialPortTest, NothingIsLostAtTheEnd) {
  open(path);
  write("without an end");
  port.reset();
  EXPECT_EQ(content(), "without an end");
  loop.run_posted();  // what it posted finds it gone
}

TEST_F(SerialPortTest, EveryByteGetsThroughUnchanged) {
  std::string all;
  for (int i = 0; i < 70'000; ++i) all += static_cast<char>(i * 7);
  open(path);
  write(all);
  port.reset();
  EXPECT_EQ(content(), all);
}

TEST_F(SerialPortTest, EndlessLineIsWrittenInPieces) {
  open(path);
  write(std::string(100'000, 'x'));
  EXPECT_GT(content().size(), 90'000u) << "it is not kept in memory";
}

TEST_F(SerialPortTest, SeveralCpusMayWrite) {
  open(path);
  {
    std::vector<std::jthread> cpus;
    cpus.reserve(4);
    for (int i = 0; i < 4; ++i)
      cpus.emplace_back([this] {
        for (int n = 0; n < 1000; ++n) port->write(n % 10 == 9 ? '\n' : 'x');
      });
  }
  port.reset();
  EXPECT_EQ(content().size(), 4000u);
}

TEST_F(SerialPortTest, FileInAMissingFolderIsRefused) {
  EXPECT_THAT(refusal(dir / "none/serial.log"), HasSubstr("No such file or directory"));
}

TEST_F(SerialPortTest, DirectoryIsRefused) {
  EXPECT_THAT(refusal(dir / "."), HasSubstr("directory"));
}

struct SerialPipe : SerialPortTest {
  std::string pipe = dir / "pipe";
  UniqueFd reader;
  void SetUp() override {
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    reader = UniqueFd{::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    ASSERT_TRUE(reader);
    open(pipe);
  }
  std::string read_all() {
    std::string out;
    char buffer[65536];
    for (ssize_t n; (n = ::read(reader.get(), buffer, sizeof buffer)) > 0;)
      out.append(buffer, static_cast<std::size_t>(n));
    return out;
  }
};

TEST_F(SerialPipe, ReaderGetsEveryLine) {
  write("one\ntwo\n");
  EXPECT_EQ(read_all(), "one\ntwo\n");
}

// Hangs if it is wrong: nobody reads while four million bytes are written.
TEST_F(SerialPipe, ReaderThatDoesNotReadHoldsUpNobody) {
  for (int i = 0; i < 500'000; ++i) write("0123456\n");
  loop.run_posted();
  port.reset();
}

TEST_F(SerialPipe, WhatWaitedForTheReaderFollowsInOrder) {
  std::string sent;
  for (int i = 0; i < 50'000; ++i) sent += std::to_string(i) + "\n";  // less than a MiB
  write(sent);
  std::string got = read_all();
  EXPECT_LT(got.size(), sent.size()) << "it all fitted into the pipe";
  for (int round = 0; round < 1000 && got.size() < sent.size(); ++round) {
    loop.run_posted();
    got += read_all();
  }
  EXPECT_EQ(got, sent);
}

TEST_F(SerialPipe, ReaderThatWentAwayIsNotTheEnd) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);  // as signals.h has it
  reader = UniqueFd{};
  write("to nobody\nstill to nobody\n");
  loop.run_posted();
  port.reset();
  ::signal(SIGPIPE, before);
}

// A disk that fills up is not the machine's end.
TEST_F(SerialPortTest, OutputThatCannotBeWrittenIsDropped) {
  open("/dev/full");
  write("first\nsecond\n");
  loop.run_posted();
  port.reset();
}

TEST_F(SerialPortTest, NoneTakesEveryByteAndKeepsNone) {
  auto opened = SerialPort::open({Kind::kNone, {}}, *loop.loop);
  ASSERT_TRUE(opened);
  port = std::move(opened).value();
  write("text\n");
  loop.run_posted();
  EXPECT_TRUE(std::filesystem::is_empty(dir / "."));
}

}  // namespace
}  // namespace unpark
