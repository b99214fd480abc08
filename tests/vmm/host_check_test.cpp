// SPDX-License-Identifier: Apache-2.0
#include "vmm/host_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/vmm/temp_dir.h"

namespace unpark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A host without a usable KVM at `path`: what is said about it.
std::string lack_at(const std::string& path) {
  const HostCheck check = check_host(path);
  EXPECT_FALSE(check.ok());
  EXPECT_EQ(check.lacks().size(), 1u);
  if (check.lacks().empty()) return {};
  EXPECT_THAT(check.lacks()[0], AllOf(HasSubstr(path), Not(HasSubstr("\n"))));
  return check.lacks()[0];
}

TEST(HostCheckTest, MissingKvmIsALackThatSaysWhatToDo) {
  const TempDir dir;
  EXPECT_THAT(lack_at(dir / "kvm"), AllOf(HasSubstr("No such file"), HasSubstr("kvm_intel")));
}

TEST(HostCheckTest, FileThatIsNotKvmIsALack) {
  const TempDir dir;
  std::ofstream{dir / "kvm"} << "text";
  EXPECT_THAT(lack_at(dir / "kvm"), HasSubstr("is not KVM"));
}

TEST(HostCheckTest, OtherDeviceIsALack) {
  EXPECT_THAT(lack_at("/dev/null"), HasSubstr("is not KVM"));
}

TEST(HostCheckTest, DirectoryIsALack) {
  const TempDir dir;
  (void)lack_at(dir / ".");
}

TEST(HostCheckTest, TellsTheKernelThoughThereIsNoKvm) {
  const HostCheck check = check_host("/nowhere/kvm");
  EXPECT_THAT(check.facts, Contains(testing::Field(&HostFact::name, "kernel")));
}

TEST(HostCheckTest, OnlyRequiredFactsAreLacks) {
  HostCheck check;
  check.facts.push_back({"KVM_CAP_X86_SMM", true, true, "1", "SMIs"});
  check.facts.push_back({"KVM_CAP_X2APIC_API", false, false, "0", "more than 255 CPUs"});
  EXPECT_TRUE(check.ok());
  EXPECT_THAT(check.lacks(), IsEmpty());
  check.facts[0].ok = false;
  check.facts[0].value = "0";
  EXPECT_FALSE(check.ok());
  ASSERT_EQ(check.lacks().size(), 1u);
  EXPECT_THAT(check.lacks()[0],
              AllOf(HasSubstr("KVM_CAP_X86_SMM"), HasSubstr("0"), HasSubstr("SMIs")));
}

TEST(HostCheckTest, RefusalHasEachLackOnALineOfItsOwnAndNamesTheLab) {
  const std::string words = refusal_of({"KVM_CAP_X86_SMM is 0: SMIs", "another thing"});
  EXPECT_THAT(words, AllOf(HasSubstr("\n  KVM_CAP_X86_SMM is 0: SMIs\n"),
                           HasSubstr("\n  another thing\n"), HasSubstr("./dev lab -- ")));
}

// architecture.md section 5: the two that the design cannot do without.
TEST(HostCheckTest, AsksThisHostForSmmAndItsAddressSpace) {
  if (!Kvm::open()) GTEST_SKIP() << "no usable /dev/kvm here";
  const HostCheck check = check_host();
  for (const char* name : {"KVM_CAP_X86_SMM", "KVM_CAP_MULTI_ADDRESS_SPACE"})
    EXPECT_THAT(check.facts, Contains(AllOf(testing::Field(&HostFact::name, name),
                                            testing::Field(&HostFact::required, true))));
}

TEST(HostCheckTest, MachineIsRefusedForWhatTheCheckFinds) {
  const auto kvm = Kvm::open();
  if (!kvm) GTEST_SKIP() << "no usable /dev/kvm here";
  EXPECT_EQ(missing_capabilities(*kvm), check_host().lacks());
}

TEST(KvmOpen, FailureIsOneLineThatNamesTheFile) {
  const auto kvm = Kvm::open("/nowhere/kvm");
  ASSERT_FALSE(kvm);
  EXPECT_THAT(kvm.error().message, AllOf(HasSubstr("/nowhere/kvm"), Not(HasSubstr("\n"))));
}

}  // namespace
}  // namespace unpark
