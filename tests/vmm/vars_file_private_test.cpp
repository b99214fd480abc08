// SPDX-License-Identifier: Apache-2.0
#include "vmm/vars_file_private.h"

#include "tests/vmm/environment_variable.h"
#include "tests/vmm/vars_file_fixture.h"

namespace unpark {
namespace {

using testing::HasSubstr;

struct PrivateVars : VarsFileFixture {
  const std::string from = dir / "template.fd";
  const EnvironmentVariable temporary{"TMPDIR", (dir / "").c_str()};
  PrivateVars() { put(from, vars_image()); }
};

TEST_F(PrivateVars, AreACopyOfTheTemplate) {
  const auto file = open_private_vars(from, kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(get(*file) == vars_image());
}

TEST_F(PrivateVars, HaveNoNameThatCouldBeLeftBehind) {
  const auto file = open_private_vars(from, kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(files_in_folder(), 1) << "the template";
}

TEST_F(PrivateVars, KeepWhatIsStoredAndLeaveTheTemplateAlone) {
  auto file = open_private_vars(from, kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  const std::string block(4096, 'x');
  ASSERT_TRUE(file->store(8192, bytes(block)));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(get(*file).substr(8192, 4096), block);
  EXPECT_TRUE(get(from) == vars_image());
}

TEST_F(PrivateVars, OfTwoMachinesAreApart) {
  auto one = open_private_vars(from, kCodeSize), two = open_private_vars(from, kCodeSize);
  ASSERT_TRUE(one && two);
  ASSERT_TRUE(one->store(0, bytes(std::string(4096, 'x'))));
  EXPECT_TRUE(get(*two) == vars_image());
}

TEST_F(PrivateVars, OfABadTemplateAreRefusedAndLeaveNothing) {
  put(from, code_image());
  const auto file = open_private_vars(from, kCodeSize);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr(from));
  EXPECT_EQ(files_in_folder(), 1) << "the template";
}

TEST_F(PrivateVars, WithoutAFolderForTemporaryFilesAreRefused) {
  temporary.set((dir / "none").c_str());
  const auto file = open_private_vars(from, kCodeSize);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("TMPDIR"));
}

}  // namespace
}  // namespace unpark
