// SPDX-License-Identifier: Apache-2.0
#include "vmm/cpuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace unpark {
namespace {

// What a host might support. `vendor` is EBX of leaf 0.
constexpr std::uint32_t kIntel = 0x756e'6547;  // "Genu"
constexpr std::uint32_t kAmd = 0x6874'7541;    // "Auth"

kvm_cpuid_entry2 entry(std::uint32_t leaf, std::uint32_t index = 0, std::uint32_t eax = 0,
                       std::uint32_t ebx = 0, std::uint32_t ecx = 0, std::uint32_t edx = 0) {
  kvm_cpuid_entry2 e{};
  e.function = leaf;
  e.index = index;
  e.eax = eax;
  e.ebx = ebx;
  e.ecx = ecx;
  e.edx = edx;
  return e;
}

std::vector<kvm_cpuid_entry2> host(std::uint32_t vendor, std::uint32_t max_leaf = 0x1f) {
  return {
      entry(0, 0, max_leaf, vendor),
      // APIC ID 5, 16 logical CPUs, CLFLUSH 8, brand 0; HTT set; the other bits stay as they are.
      entry(1, 0, 0x000a'0655, 0x0510'0800, 0x0029'0203, 0x178b'fbff),
      entry(4, 0, 0x3c00'c121, 0x01c0'003f, 63, 1),
      entry(4, 1, 0x3c00'c122, 0x01c0'003f, 63, 1),
      entry(7, 0, 0, 0x0140'07ab),
      entry(0xb, 0, 1, 2, 0x100, 77),
      entry(0xb, 1, 4, 16, 0x201, 77),
      entry(0x1f, 0, 1, 2, 0x100, 77),
      entry(0x1f, 3, 7, 8, 0x503, 77),
      entry(0x4000'0000, 0, 0x4000'0001, 0x4b4d'564b, 0x564b'4d56, 0x4d),
      entry(0x8000'0001, 0, 0, 0, 0x0000'0121, 0x2c10'0800),
      entry(0x8000'0008, 0, 0x3027, 0x1000'd000, 0x0001'700f),
      entry(0x8000'001d, 3, 0x0003'c163, 0x03c0'003f, 0x1fff, 1),  // L3, shared by 16
      entry(0x8000'0026, 1, 0, 2, 0x101, 77),
      entry(0x8000'001e, 0, 77, 0x0000'0103, 0x0000'0301, 9),
  };
}

const kvm_cpuid_entry2& leaf(const std::vector<kvm_cpuid_entry2>& v, std::uint32_t function,
                             std::uint32_t index = 0) {
  const auto it = std::find_if(v.begin(), v.end(), [&](const auto& e) {
    return e.function == function && e.index == index;
  });
  if (it == v.end()) {
    ADD_FAILURE() << "no leaf " << std::hex << function << "." << index;
    static const kvm_cpuid_entry2 kNone{};
    return kNone;
  }
  return *it;
}

std::size_t count(const std::vector<kvm_cpuid_entry2>& v, std::uint32_t function) {
  return static_cast<std::size_t>(
      std::count_if(v.begin(), v.end(), [&](const auto& e) { return e.function == function; }));
}

TEST(CoreBits, IsTheLogarithmRoundedUp) {
  const std::pair<std::uint32_t, std::uint32_t> cases[] = {{1, 0},   {2, 1},   {3, 2},    {4, 2},
                                                           {5, 3},   {8, 3},   {9, 4},    {255, 8},
                                                           {256, 8}, {257, 9}, {4096, 12}};
  for (const auto& [cores, bits] : cases) EXPECT_EQ(core_bits(cores), bits) << cores;
}

TEST(Cpuid, Leaf1HasTheApicIdAndTheNumberOfCpus) {
  const auto v = cpuid_of(host(kIntel), VcpuId{3}, 6);
  EXPECT_EQ(leaf(v, 1).ebx >> 24, 3u);
  EXPECT_EQ(leaf(v, 1).ebx >> 16 & 0xff, 6u);
  EXPECT_EQ(leaf(v, 1).ebx & 0xffff, 0x0800u) << "CLFLUSH size and brand are the host's";
  EXPECT_EQ(leaf(v, 1).eax, 0x000a'0655u);
}

// Two lists of CPUs that share a cache, or none that the leaves agree on, confuse schedulers.
TEST(Cpuid, NoCacheIsSharedOnAmd) {
  const auto v = cpuid_of(host(kAmd), VcpuId{3}, 6);
  EXPECT_EQ(leaf(v, 0x8000'001d, 3).eax, 0x163u) << "level 3 and its flags stay";
  EXPECT_EQ(leaf(v, 0x8000'001d, 3).ebx, 0x03c0'003fu);
  EXPECT_EQ(count(v, 0x8000'0026), 0u);
}

TEST(Cpuid, Leaf1SaysThatThereIsAHypervisorAndKeepsTheOtherFeatures) {
  const auto v = cpuid_of(host(kIntel), VcpuId{0}, 2);
  EXPECT_EQ(leaf(v, 1).ecx, 0x8029'0203u);
  EXPECT_EQ(leaf(v, 1).edx, 0x178b'fbffu);
}

// VMX: leaf 1 ECX bit 5; SVM: leaf 80000001h ECX bit 2.
TEST(Cpuid, OffersNoNestedVirtualization) {
  auto nesting = host(kIntel);
  nesting[1].ecx |= 1u << 5;
  nesting[10].ecx |= 1u << 2;
  ASSERT_EQ(nesting[10].function, 0x8000'0001u);
  const auto v = cpuid_of(nesting, VcpuId{0}, 2);
  EXPECT_EQ(leaf(v, 1).ecx, 0x8029'0203u);
  EXPECT_EQ(leaf(v, 0x8000'0001).ecx & 1u << 2, 0u);
}

TEST(Cpuid, HttIsSetExactlyIfThereMayBeSeveralCpus) {
  constexpr std::uint32_t kHtt = 1u << 28;
  EXPECT_EQ(leaf(cpuid_of(host(kIntel), VcpuId{0}, 1), 1).edx & kHtt, 0u);
  auto without = host(kIntel);
  without[1].edx &= ~kHtt;
  EXPECT_EQ(leaf(cpuid_of(without, VcpuId{0}, 2), 1).edx & kHtt, kHtt);
}

TEST(Cpuid, FieldsOfEightBitsDoNotWrapInLargeMachines) {
  const auto v = cpuid_of(host(kIntel), VcpuId{0x123}, 1000);
  EXPECT_EQ(leaf(v, 1).ebx >> 16 & 0xff, 255u);
  EXPECT_EQ(leaf(v, 1).ebx >> 24, 0x23u);
  EXPECT_EQ(leaf(v, 4).eax >> 26, 63u);
}

// SDM vol. 2A, CPUID 04h: EAX[31:26] is the number of core IDs in the package, minus 1.
TEST(Cpuid, Leaf4HasTheCoresOfThePackageInEverySubleaf) {
  const auto v = cpuid_of(host(kIntel), VcpuId{1}, 4);
  for (const std::uint32_t index : {0u, 1u}) {
    EXPECT_EQ(leaf(v, 4, index).eax >> 26, 3u);
    EXPECT_EQ(leaf(v, 4, index).eax & 0x3fff, 0x0121u + index) << "type, level and flags stay";
    EXPECT_EQ(leaf(v, 4, index).ebx, 0x01c0'003fu);
  }
}

// SDM vol. 2A, CPUID 0Bh: EAX[4:0] shift to the next level, EBX[15:0] logical CPUs at this level,
// ECX[7:0] the subleaf, ECX[15:8] the level (1 SMT, 2 core), EDX the x2APIC ID.
TEST(Cpuid, TopologyLeavesAreOnePackageOfSingleThreadedCores) {
  const auto v = cpuid_of(host(kIntel), VcpuId{5}, 6);
  for (const std::uint32_t function : {0xbu, 0x1fu}) {
    EXPECT_EQ(leaf(v, function, 0).eax, 0u);
    EXPECT_EQ(leaf(v, function, 0).ebx, 1u);
    EXPECT_EQ(leaf(v, function, 0).ecx, 0x100u);
    EXPECT_EQ(leaf(v, function, 1).eax, 3u);
    EXPECT_EQ(leaf(v, function, 1).ebx, 6u);
    EXPECT_EQ(leaf(v, function, 1).ecx, 0x201u);
    EXPECT_EQ(leaf(v, function, 2).eax, 0u);
    EXPECT_EQ(leaf(v, function, 2).ebx, 0u);
    EXPECT_EQ(leaf(v, function, 2).ecx, 0x002u);
    for (const std::uint32_t index : {0u, 1u, 2u}) {
      EXPECT_EQ(leaf(v, function, index).edx, 5u);
      EXPECT_NE(leaf(v, function, index).flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX, 0u);
    }
    EXPECT_EQ(count(v, function), 3u) << "nothing of the host's own topology is left";
  }
}

TEST(Cpuid, TopologyLeavesHaveIdsOfMoreThanEightBits) {
  const auto v = cpuid_of(host(kIntel), VcpuId{0x123}, 1000);
  EXPECT_EQ(leaf(v, 0xb, 0).edx, 0x123u);
  EXPECT_EQ(leaf(v, 0xb, 1).ebx, 1000u);
  EXPECT_EQ(leaf(v, 0xb, 1).eax, 10u);
}

TEST(Cpuid, HasNoTopologyLeafThatTheHostsMaximumExcludes) {
  const auto v = cpuid_of(host(kIntel, 0x0d), VcpuId{0}, 2);
  EXPECT_EQ(count(v, 0xb), 3u);
  EXPECT_EQ(count(v, 0x1f), 0u);
  EXPECT_EQ(count(cpuid_of(host(kIntel, 0x0a), VcpuId{0}, 2), 0xb), 0u);
}

// AMD APM vol. 3, E.4: 80000001h ECX[1] CmpLegacy; 80000008h ECX[7:0] cores - 1, [15:12] bits of
// the APIC ID that number them.
TEST(Cpuid, AmdHasItsCoresInTheExtendedLeaves) {
  const auto v = cpuid_of(host(kAmd), VcpuId{2}, 5);
  EXPECT_EQ(leaf(v, 0x8000'0001).ecx, 0x0000'0123u);
  EXPECT_EQ(leaf(v, 0x8000'0008).ecx & 0xff, 4u);
  EXPECT_EQ(leaf(v, 0x8000'0008).ecx >> 12 & 0xf, 3u);
  EXPECT_EQ(leaf(v, 0x8000'0008).ecx >> 16, 1u) << "PerfTscSize stays";
  EXPECT_EQ(leaf(v, 0x8000'0008).eax, 0x3027u);
  EXPECT_EQ(leaf(v, 0x8000'001e).eax, 2u);
  EXPECT_EQ(leaf(v, 0x8000'001e).ebx, 0x0002u) << "one thread a core";
}

TEST(Cpuid, AmdWithASingleCpuIsNotMultiCore) {
  auto supported = host(kAmd);
  for (auto& e : supported)
    if (e.function == 0x8000'0001) e.ecx |= 2;
  EXPECT_EQ(leaf(cpuid_of(supported, VcpuId{0}, 1), 0x8000'0001).ecx & 2, 0u);
}

TEST(Cpuid, IntelReservesTheFieldsOfAmd) {
  const auto v = cpuid_of(host(kIntel), VcpuId{2}, 5);
  EXPECT_EQ(leaf(v, 0x8000'0001).ecx & 2, 0u);
  EXPECT_EQ(leaf(v, 0x8000'0008).ecx, 0u);
}

TEST(Cpuid, WhatDoesNotTellCpusApartIsTheHosts) {
  const auto v = cpuid_of(host(kIntel), VcpuId{1}, 2);
  EXPECT_EQ(leaf(v, 0).eax, 0x1fu);
  EXPECT_EQ(leaf(v, 7).ebx, 0x0140'07abu);
  EXPECT_EQ(leaf(v, 0x4000'0000).ebx, 0x4b4d'564bu) << "KVM's signature, which Linux looks for";
}

TEST(Cpuid, EveryCpuHasAnIdOfItsOwn) {
  std::set<std::uint32_t> narrow, wide;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const auto v = cpuid_of(host(kIntel), VcpuId{i}, 200);
    narrow.insert(leaf(v, 1).ebx >> 24);
    wide.insert(leaf(v, 0xb).edx);
  }
  EXPECT_EQ(narrow.size(), 200u);
  EXPECT_EQ(wide.size(), 200u);
}

TEST(Cpuid, OfAHostThatSupportsNothingIsNothing) {
  EXPECT_TRUE(cpuid_of({}, VcpuId{0}, 4).empty());
}

}  // namespace
}  // namespace unpark
