// SPDX-License-Identifier: Apache-2.0
// On plain folders; tests/lab/ has the kernel's own.
#include "vmm/trace_instance.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "tests/vmm/temp_dir.h"
#include "vmm/kvm_tracepoints.h"

namespace unpark {
namespace {

namespace fs = std::filesystem;

struct TraceInstanceTest : testing::Test {
  TraceInstanceTest() { fs::create_directories(instances); }
  [[nodiscard]] bool there(const std::string& name) const {
    return fs::exists(instances + "/" + name);
  }
  TempDir dir;
  const std::string tracefs = dir / "tracing", instances = dir / "tracing/instances";
  const std::string own = "unpark-" + std::to_string(::getpid());
};

TEST_F(TraceInstanceTest, ExistsAsLongAsTheObject) {
  {
    const auto instance = TraceInstance::create(tracefs);
    ASSERT_TRUE(instance) << instance.error().message;
    EXPECT_TRUE(there(own));
  }
  EXPECT_FALSE(there(own));
}

TEST_F(TraceInstanceTest, SeveralOfOneProcessAreNumbered) {
  std::optional<TraceInstance> first = *TraceInstance::create(tracefs);
  const auto second = TraceInstance::create(tracefs);
  ASSERT_TRUE(second);
  EXPECT_TRUE(there(own) && there(own + "-2"));
  first.reset();
  EXPECT_FALSE(there(own));
  EXPECT_TRUE(there(own + "-2"));
}

TEST_F(TraceInstanceTest, WhatDeadProcessesLeftIsRemovedAndNothingElse) {
  // No process has the greatest pid_t; process 1 always is.
  for (const char* name : {"unpark-2147483647", "unpark-2147483647-2", "unpark-1", "unpark-x",
                           "unpark-", "unpark-2147483647x", "other-2147483647"})
    fs::create_directory(instances + "/" + name);
  ASSERT_TRUE(TraceInstance::create(tracefs));
  EXPECT_FALSE(there("unpark-2147483647") || there("unpark-2147483647-2"));
  for (const char* name :
       {"unpark-1", "unpark-x", "unpark-", "unpark-2147483647x", "other-2147483647"})
    EXPECT_TRUE(there(name)) << name;
}

TEST_F(TraceInstanceTest, SaysWhatItCouldNotDo) {
  const auto made = TraceInstance::create(dir / "nowhere");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "cannot make " + (dir / "nowhere") + "/instances/" + own +
                                      ": mkdir: No such file or directory (ENOENT)");
  const auto instance = TraceInstance::create(tracefs);
  ASSERT_TRUE(instance);
  const auto written = instance->write("trace_clock", "mono");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot open " + instance->path() +
                                         "/trace_clock: open: No such file or directory (ENOENT)");
  EXPECT_FALSE(instance->open_pipe());
}

TEST_F(TraceInstanceTest, WritesTheTextAsItIs) {
  const auto instance = TraceInstance::create(tracefs);
  ASSERT_TRUE(instance);
  std::ofstream(instance->path() + "/trace_clock") << "local global and more";
  EXPECT_TRUE(instance->write("trace_clock", "mono"));
  std::string text;
  std::getline(std::ifstream(instance->path() + "/trace_clock"), text);
  EXPECT_EQ(text, "mono");
  fs::remove(instance->path() + "/trace_clock");
}

TEST_F(TraceInstanceTest, TracepointsThatCannotBeSetUpLeaveNothing) {
  EXPECT_FALSE(KvmTracepoints::create(tracefs));
  EXPECT_FALSE(there(own));
}

}  // namespace
}  // namespace unpark
