// SPDX-License-Identifier: Apache-2.0
// Which files are taken as the variables of a machine, and what is said of those that are not.
#include "vmm/vars_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/vmm/vars_file_fixture.h"
#include "vmm/vars_file_copy.h"

namespace unpark {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using VarsFileOpen = VarsFileFixture;

TEST_F(VarsFileOpen, TakesTheVariablesOfAFirmwareAndReadsThemByteForByte) {
  std::string image = vars_image();
  image.replace(0x1234, 4, "\x04\x03\x02\x01");
  put(path, image);
  const auto file = VarsFile::open(path, "", kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->size(), kVarsSize);
  EXPECT_FALSE(file->blank());
  EXPECT_TRUE(get(*file) == image);
}

TEST_F(VarsFileOpen, TakesAnErasedFileAsBlank) {
  put(path, std::string(kVarsSize, '\xff'));
  const auto file = VarsFile::open(path, "", kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->blank());
}

// Firmware erases all of its blocks before it rewrites them; it may be killed in between.
TEST_F(VarsFileOpen, TakesAFileWhoseFirstBlockIsErased) {
  put(path, vars_image().replace(0, 4096, std::string(4096, '\xff')).replace(0x41000, 2, "ab"));
  const auto file = VarsFile::open(path, "", kCodeSize);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->blank());
}

TEST_F(VarsFileOpen, TakesThePairOfThe2MibBuildAndAnyPairIfTheCodeIsNotKnown) {
  put(path, vars_image(0x20000));
  EXPECT_TRUE(VarsFile::open(path, "", 0x1e0000));
  EXPECT_TRUE(VarsFile::open(path, "", 0));
}

TEST_F(VarsFileOpen, CopiesTheTemplateOnceAndNeverWritesToIt) {
  const std::string from = dir / "template.fd";
  put(from, vars_image());
  {
    auto file = VarsFile::open(path, from, kCodeSize);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE(file->store(0x1000, bytes(std::string(4096, 'x'))));
  }
  EXPECT_TRUE(get(from) == vars_image());
  EXPECT_TRUE(get(path) == vars_image().replace(0x1000, 4096, std::string(4096, 'x')));
  EXPECT_EQ(files_in_folder(), 2);

  const auto again = VarsFile::open(path, from, kCodeSize);
  ASSERT_TRUE(again);
  EXPECT_EQ(get(*again)[0x1000], 'x');
}

// Another machine has made it meanwhile, and has it locked.
TEST_F(VarsFileOpen, CopyDoesNotReplaceAFileThatExistsByThen) {
  const std::string from = dir / "template.fd";
  put(from, vars_image());
  put(path, "another machine's");
  EXPECT_TRUE(copy_vars_template(from, path, kCodeSize));
  EXPECT_EQ(get(path), "another machine's");
  EXPECT_EQ(files_in_folder(), 2);
}

TEST_F(VarsFileOpen, LeavesNothingBehindIfTheTemplateIsNoGood) {
  const std::string from = dir / "template.fd";
  EXPECT_THAT(refusal(path, from), AllOf(HasSubstr(from), HasSubstr("No such file")));
  put(from, code_image());
  EXPECT_THAT(refusal(path, from), AllOf(HasSubstr(from), HasSubstr("is firmware code (CODE)")));
  EXPECT_EQ(files_in_folder(), 1);
}

TEST_F(VarsFileOpen, SaysWhereACopyCannotBeMade) {
  const std::string from = dir / "template.fd";
  put(from, vars_image());
  const std::string nowhere = dir / "none/machine.fd";
  EXPECT_THAT(refusal(nowhere, from), AllOf(HasSubstr(nowhere), HasSubstr("cannot be made"),
                                            HasSubstr("ENOENT"), HasSubstr("540672")));
}

TEST_F(VarsFileOpen, RefusesTheTemplateItselfUnderAnyName) {
  put(path, vars_image());
  EXPECT_THAT(refusal(path, path), HasSubstr("is the template itself"));
  const std::string other = dir / "link.fd";
  std::filesystem::create_symlink(path, other);
  EXPECT_THAT(refusal(other, path), HasSubstr("is the template itself"));
}

TEST_F(VarsFileOpen, RefusesAFileThatIsMissing) {
  EXPECT_THAT(refusal(path), AllOf(HasSubstr("No such file"), HasSubstr("template")));
}

TEST_F(VarsFileOpen, RecognisesCodeGivenAsVariables) {
  EXPECT_THAT(refusal_of(code_image()), HasSubstr("is firmware code (CODE), not variables"));
  std::string bare(0x10000, '\0');  // no volume, only code that ends at 4 GiB
  bare[0xfff0] = '\xea';
  EXPECT_THAT(refusal_of(bare), HasSubstr("is firmware code (CODE), not variables"));
}

TEST_F(VarsFileOpen, RecognisesAWholeFirmwareInOneFile) {
  EXPECT_THAT(refusal_of(vars_image() + code_image()),
              AllOf(HasSubstr("is a whole firmware"), HasSubstr("540672"), HasSubstr("4194304")));
}

TEST_F(VarsFileOpen, RefusesWhatIsNoVariableVolume) {
  EXPECT_THAT(refusal_of(std::string(kVarsSize, '\0')), HasSubstr("variable volume"));
  EXPECT_THAT(refusal_of(std::string(4096, '\0')), HasSubstr("variable volume"));
}

TEST_F(VarsFileOpen, RefusesATruncatedFileWithBothSizes) {
  EXPECT_THAT(refusal_of(vars_image().substr(0, 0x80000)),
              AllOf(HasSubstr("524288"), HasSubstr("540672"), HasSubstr("truncated")));
  EXPECT_THAT(refusal_of(vars_image().substr(0, 0x80001)),
              AllOf(HasSubstr("524289"), HasSubstr("4 KiB")));
  EXPECT_THAT(refusal_of(""), HasSubstr("empty"));
}

TEST_F(VarsFileOpen, RefusesADamagedHeader) {
  std::string wrong_sum = vars_image();
  wrong_sum[50] = static_cast<char>(wrong_sum[50] ^ 1);
  EXPECT_THAT(refusal_of(wrong_sum), HasSubstr("damaged volume header"));
  for (const char length : {'\x00', '\x37', '\x49'}) {
    std::string wrong_length = vars_image();
    wrong_length[48] = length;
    EXPECT_THAT(refusal_of(wrong_length), HasSubstr("damaged"));
  }
}

TEST_F(VarsFileOpen, RefusesTheVariablesOfAnotherBuildAndNamesTheSizeWanted) {
  EXPECT_THAT(refusal_of(vars_image(0x20000)),
              AllOf(HasSubstr("131072"), HasSubstr("3653632"), HasSubstr("540672")));
}

TEST_F(VarsFileOpen, RefusesWhatIsTooLargeWithoutReadingIt) {
  EXPECT_THAT(refusal_of(vars_image(0x780000)), AllOf(HasSubstr("7864320"), HasSubstr("4734976")));
  std::filesystem::resize_file(path, 1ull << 40);
  EXPECT_THAT(refusal(path), AllOf(HasSubstr("1099511627776"), HasSubstr("8388608")));
}

TEST_F(VarsFileOpen, RefusesAReadOnlyFileInOneSentence) {
  put(path, vars_image());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  EXPECT_THAT(refusal(path), AllOf(HasSubstr("is read-only"), HasSubstr("make it writable")));
}

TEST_F(VarsFileOpen, SaysOfCodeThatCannotBeWrittenThatItIsCode) {
  put(path, code_image());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  EXPECT_THAT(refusal(path), HasSubstr("is firmware code (CODE)"));
}

TEST_F(VarsFileOpen, RefusesWhatIsNoFile) {
  const std::string folder = dir / "folder";
  std::filesystem::create_directory(folder);
  EXPECT_THAT(refusal(folder), HasSubstr("not a regular file"));
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(refusal(path), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace unpark
