// SPDX-License-Identifier: Apache-2.0
#include "guest/body/steps.h"

#include <gtest/gtest.h>

namespace unpark::guest {
namespace {

TEST(GuestSteps, AreTheGuestsPartOfTheListInItsOrder) {
  constexpr std::array<std::string_view, 14> kLabels = {
      "04", "05", "06", "07a", "07b", "08a", "08b", "09", "10", "11", "12", "13", "14", "15"};
  ASSERT_EQ(kGuestSteps.size(), kLabels.size());
  for (std::size_t i = 0; i < kLabels.size(); ++i) EXPECT_EQ(kGuestSteps[i].label, kLabels[i]);
}

// Bits 7:4 the number, 3:0 the letter.
TEST(GuestSteps, CodesSpellTheirLabels) {
  for (const auto& [code, label] : kGuestSteps) {
    const int number = (label[0] - '0') * 10 + (label[1] - '0');
    const int letter = label.size() == 3 ? label[2] - 'a' + 0xa : 0;
    EXPECT_EQ(code, number << 4 | letter) << label;
    EXPECT_EQ(kGuestSteps[index_of(code)].label, label);
  }
}

}  // namespace
}  // namespace unpark::guest
