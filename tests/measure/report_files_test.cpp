// SPDX-License-Identifier: Apache-2.0
#include "measure/report_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/vmm/temp_dir.h"

namespace unpark::measure {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

TEST(ReportFiles, TakeTheirPlacesOnlyWhenTheyAreWritten) {
  const TempDir dir;
  const std::string folder = dir / "out";
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/report.json") << "the last one";
  auto files = ReportFiles::open(folder);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(content(folder + "/report.json"), "the last one");
  ASSERT_TRUE(files->write({}, false));
  EXPECT_EQ(content(folder + "/report.json").substr(0, 1), "{");
  EXPECT_NE(content(folder + "/report.html").find("<html"), std::string::npos);
  EXPECT_EQ(files_in(folder), 2u);
}

TEST(ReportFiles, OfTwoRunsAtOnceAreEachWhole) {
  const TempDir dir;
  auto first = ReportFiles::open(dir / "");
  ASSERT_TRUE(first);
  { ASSERT_TRUE(ReportFiles::open(dir / "")); }  // ends without a report
  auto third = ReportFiles::open(dir / "");
  ASSERT_TRUE(third);
  bench::Report report;
  report.created = "the first";
  ASSERT_TRUE(first->write(report, false));
  const std::string json = content(dir / "report.json");
  EXPECT_NE(json.find("the first"), std::string::npos);
  report.created = "the third";
  ASSERT_TRUE(third->write(report, false));
  EXPECT_NE(content(dir / "report.json").find("the third"), std::string::npos);
  EXPECT_EQ(files_in(dir / ""), 2u);
}

TEST(ReportFiles, LeaveNothingOfARunThatEndsWithoutAReport) {
  const TempDir dir;
  { ASSERT_TRUE(ReportFiles::open(dir / "")); }
  EXPECT_EQ(files_in(dir / ""), 0u);
}

TEST(ReportFiles, SayWhichFileCannotBeWritten) {
  const TempDir dir;
  std::ofstream(dir / "file") << "no folder";
  const auto files = ReportFiles::open(dir / "file");
  ASSERT_FALSE(files);
  EXPECT_NE(files.error().message.find("file/report.json cannot be written"), std::string::npos)
      << files.error().message;
}

TEST(ReportFiles, AreNoneWithoutAFolder) {
  auto files = ReportFiles::open("");
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->write({}, false));
}

}  // namespace
}  // namespace unpark::measure
