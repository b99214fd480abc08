// SPDX-License-Identifier: Apache-2.0
#include "guest/guest_image.h"

#include <gtest/gtest.h>

namespace unpark {
namespace {

TEST(GuestImage, IsAMultipleOf64KiBSoThatEveryLoaderTakesIt) {
  EXPECT_EQ(guest_image().size(), 256u * 1024);
  EXPECT_EQ(guest_image().size() % (64 * 1024), 0u);
}

// SDM volume 3, 10.1.4: execution starts 16 bytes below 4 GiB.
TEST(GuestImage, StartsWithANearJumpBackwards) {
  const auto vector = guest_image().last(16);
  EXPECT_EQ(vector[0], std::byte{0xe9});
  const int distance = static_cast<std::int16_t>(std::to_integer<unsigned>(vector[1]) |
                                                 std::to_integer<unsigned>(vector[2]) << 8);
  EXPECT_LT(distance, 0);
  EXPECT_GE(distance, -0x2000) << "outside the last 8 KiB";
}

}  // namespace
}  // namespace unpark
