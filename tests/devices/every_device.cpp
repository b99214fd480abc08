// SPDX-License-Identifier: Apache-2.0
// What every device promises the bus, whatever it is.
#include "tests/devices/every_device.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <ostream>

#include "devices/bus/bus.h"

namespace unpark::test {

void PrintTo(const DeviceUnderTest& d, std::ostream* os) {
  *os << d.name;
}

namespace {

constexpr std::array<std::uint8_t, 4> kWidths{1, 2, 4, 8};
// Four different bytes, so that a short or shifted write shows.
constexpr std::array<std::uint64_t, 4> kPatterns{0, ~std::uint64_t{0}, 0x0807'0605'0403'0201,
                                                 0xa5a5'5a5a'a5a5'5a5a};
constexpr std::uint32_t kBeyond = 16;   // offsets past the end that are tried as well
constexpr std::uint32_t kEdge = 0x400;  // bytes at each end of a large device

std::uint64_t ones(std::uint8_t width) {
  return ~std::uint64_t{0} >> (64 - 8 * width);
}

// Every offset of a small device; of a large one both ends, and a few bytes of up to 64 places
// between.
std::vector<std::uint32_t> offsets(std::uint32_t size) {
  std::vector<std::uint32_t> list;
  const auto add = [&](std::uint64_t from, std::uint64_t to) {
    for (; from < to; ++from) list.push_back(static_cast<std::uint32_t>(from));
  };
  const std::uint64_t end = std::uint64_t{size} + kBeyond;
  if (size <= 2 * kEdge) {
    add(0, end);
    return list;
  }
  add(0, kEdge);
  const std::uint64_t step = (size / 64 + kEdge) & ~std::uint64_t{kEdge - 1};
  for (std::uint64_t o = kEdge; o < size - kEdge; o += step) add(o, o + 8);
  add(size - kEdge, end);
  return list;
}

class EveryDevice : public testing::TestWithParam<DeviceUnderTest> {
 protected:
  // What a reader of the whole device sees, refusals included. In a fixed order, because reading
  // may change a device.
  static std::vector<std::optional<std::uint64_t>> read_all(IoDevice& device, std::uint32_t size) {
    std::vector<std::optional<std::uint64_t>> seen;
    for (const std::uint32_t offset : offsets(size))
      for (const std::uint8_t width : kWidths)
        for (const bool smm : {false, true}) {
          const auto r = device.read({.offset = offset, .width = width, .in_smm = smm});
          seen.push_back(r ? std::optional{*r} : std::nullopt);
        }
    return seen;
  }
  static void write_everything(IoDevice& device, std::uint32_t size) {
    for (const std::uint64_t pattern : kPatterns)
      for (const std::uint32_t offset : offsets(size))
        for (const std::uint8_t width : kWidths)
          for (const bool smm : {false, true})
            (void)device.write({.offset = offset, .width = width, .in_smm = smm},
                               pattern & ones(width));
  }
};

TEST_P(EveryDevice, HasAName) {
  EXPECT_FALSE(GetParam().make().device->name().empty());
}

TEST_P(EveryDevice, AnswersAtLeastOneAccess) {
  const auto made = GetParam().make();
  bool answered = false;
  for (const auto& value : read_all(*made.device, GetParam().size)) answered |= value.has_value();
  for (const std::uint8_t width : kWidths)  // there are write-only chips
    answered |= made.device->write({.width = width}, 1).has_value();
  EXPECT_TRUE(answered);
}

TEST_P(EveryDevice, SurvivesEveryOffsetWidthAndPatternAndReturnsNoBitsAboveTheWidth) {
  const auto made = GetParam().make();
  for (const std::uint64_t pattern : kPatterns)
    for (const std::uint32_t offset : offsets(GetParam().size))
      for (const std::uint8_t width : kWidths)
        for (const bool smm : {false, true}) {
          const Access at{.offset = offset, .width = width, .in_smm = smm};
          (void)made.device->write(at, pattern & ones(width));
          if (const auto r = made.device->read(at)) {
            ASSERT_EQ(*r & ~ones(width), 0u) << "offset " << offset << " width " << int{width};
          }
        }
}

TEST_P(EveryDevice, RefusesEveryAccessThatStartsOrReachesPastItsEnd) {
  const auto made = GetParam().make();
  const std::uint32_t size = GetParam().size;
  for (const std::uint8_t width : kWidths)
    for (std::uint32_t offset = size < width ? 0 : size - width + 1; offset < size + kBeyond;
         ++offset)
      for (const bool smm : {false, true}) {
        const Access at{.offset = offset, .width = width, .in_smm = smm};
        EXPECT_FALSE(made.device->read(at)) << "offset " << offset << " width " << int{width};
        EXPECT_FALSE(made.device->write(at, 0)) << "offset " << offset << " width " << int{width};
      }
}

TEST_P(EveryDevice, RefusesOffsetsAtTheTopOfTheNumberRange) {
  const auto made = GetParam().make();
  for (const std::uint8_t width : kWidths)
    for (const std::uint32_t offset : {0x7fff'ffffu, 0x8000'0000u, 0xffff'fff8u, 0xffff'ffffu}) {
      EXPECT_FALSE(made.device->read({.offset = offset, .width = width}));
      EXPECT_FALSE(made.device->write({.offset = offset, .width = width}, 0));
    }
}

TEST_P(EveryDevice, AfterAnythingResetEqualsFresh) {
  const auto used = GetParam().make();
  write_everything(*used.device, GetParam().size);
  (void)read_all(*used.device, GetParam().size);

  used.reset();

  const auto fresh = GetParam().make();
  EXPECT_EQ(read_all(*used.device, GetParam().size), read_all(*fresh.device, GetParam().size));
}

TEST_P(EveryDevice, TwoFreshOnesReadTheSame) {
  const auto a = GetParam().make();
  const auto b = GetParam().make();
  EXPECT_EQ(read_all(*a.device, GetParam().size), read_all(*b.device, GetParam().size));
}

TEST_P(EveryDevice, RefusedReadsAreAllOnesOnTheBus) {
  const auto made = GetParam().make();
  const std::uint32_t size = GetParam().size;
  constexpr std::uint64_t kBase = 0x10'0000;
  auto bus = Bus<Gpa>::Builder{}.claim(*Range<Gpa>::make(Gpa{kBase}, size), made.device).build();
  ASSERT_TRUE(bus);
  for (const std::uint8_t width : kWidths) {
    const std::uint64_t before = bus->refusals();
    EXPECT_EQ(bus->read(Gpa{kBase + size - 1 + (width == 1)}, {.width = width}), ones(width));
    EXPECT_EQ(bus->refusals(), before + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryDevice, testing::ValuesIn(every_device()),
                         [](const auto& d) { return d.param.name; });

}  // namespace
}  // namespace unpark::test
