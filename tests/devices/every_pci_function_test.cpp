// SPDX-License-Identifier: Apache-2.0
// What every PCI function promises, whatever it is.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "devices/lpc_bridge.h"
#include "devices/mch.h"

namespace unpark {
namespace {

struct MadeFunction {
  std::shared_ptr<PciFunction> function;
  std::function<void()> reset;
};

struct FunctionUnderTest {
  std::string name;
  std::uint32_t id;  // device and vendor
  std::function<MadeFunction()> make;
};

void PrintTo(const FunctionUnderTest& f, std::ostream* os) {
  *os << f.name;
}

template <class Chip, class... Args>
MadeFunction made(Args... args) {
  auto chip = std::make_shared<Chip>(args...);
  return {chip, [chip] { chip->reset(); }};
}

constexpr std::array<std::uint8_t, 3> kWidths{1, 2, 4};
constexpr std::array<std::uint32_t, 4> kPatterns{0, 0xffffffff, 0x04030201, 0xa55a5aa5};

class EveryPciFunction : public testing::TestWithParam<FunctionUnderTest> {
 protected:
  // Each byte, word and dword of the 4 KiB that a bus may ask for.
  static std::vector<std::uint32_t> read_all(PciFunction& f) {
    std::vector<std::uint32_t> seen;
    for (std::uint16_t o = 0; o < 4096; ++o)
      for (const std::uint8_t width : kWidths)
        if (pci_fits_a_dword(o, width)) seen.push_back(f.config_read(o, width));
    return seen;
  }
};

TEST_P(EveryPciFunction, ShowsItsIdentityWhateverIsWrittenToIt) {
  const auto f = GetParam().make().function;
  for (const std::uint32_t pattern : kPatterns) {
    f->config_write(0x00, 4, pattern);
    EXPECT_EQ(f->config_read(0x00, 4), GetParam().id);
  }
}

TEST_P(EveryPciFunction, IsAType0FunctionWithoutBars) {
  const auto f = GetParam().make().function;
  EXPECT_EQ(f->config_read(0x0e, 1) & 0x7f, 0u);
  for (std::uint16_t bar = 0x10; bar < 0x28; bar = static_cast<std::uint16_t>(bar + 4)) {
    f->config_write(bar, 4, 0xffffffff);
    EXPECT_EQ(f->config_read(bar, 4), 0u) << "BAR at " << bar;
  }
}

TEST_P(EveryPciFunction, HasNoExtendedSpace) {
  const auto f = GetParam().make().function;
  f->config_write(0x100, 4, 0);
  EXPECT_EQ(f->config_read(0x100, 4), 0xffffffffu);
}

TEST_P(EveryPciFunction, NarrowReadsAreSlicesOfTheDword) {
  const auto f = GetParam().make().function;
  for (const std::uint32_t pattern : kPatterns)
    for (std::uint16_t o = 0; o < 4096; o = static_cast<std::uint16_t>(o + 4)) {
      f->config_write(o, 4, pattern);
      const std::uint32_t dword = f->config_read(o, 4);
      for (std::uint16_t byte = 0; byte < 4; ++byte) {
        const auto at = static_cast<std::uint16_t>(o + byte);
        ASSERT_EQ(f->config_read(at, 1), dword >> 8 * byte & 0xff) << at;
        if (byte < 3) {
          ASSERT_EQ(f->config_read(at, 2), dword >> 8 * byte & 0xffff) << at;
        }
      }
    }
}

TEST_P(EveryPciFunction, AfterAnythingResetEqualsFresh) {
  const auto used = GetParam().make();
  for (const std::uint32_t pattern : kPatterns)
    for (std::uint16_t o = 0; o < 4096; ++o)
      for (const std::uint8_t width : kWidths)
        if (pci_fits_a_dword(o, width)) used.function->config_write(o, width, pattern);

  used.reset();

  EXPECT_EQ(read_all(*used.function), read_all(*GetParam().make().function));
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryPciFunction,
    testing::Values(
        FunctionUnderTest{"LpcBridge", 0x29188086, [] { return made<LpcBridge>(nullptr); }},
        FunctionUnderTest{"Mch", 0x29c08086, [] { return made<Mch>(std::uint16_t{16}); }},
        FunctionUnderTest{"MchWithoutExtendedTseg", 0x29c08086,
                          [] { return made<Mch>(std::uint16_t{0}); }}),
    [](const auto& f) { return f.param.name; });

}  // namespace
}  // namespace unpark
