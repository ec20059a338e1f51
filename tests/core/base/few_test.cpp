#include "core/base/few.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace clearspan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> entries(const Few<std::string>& few) {
  return {few.begin(), few.end()};
}

TEST(Few, keeps_one_and_more_in_the_order_in_which_they_came) {
  Few<std::string> names;
  EXPECT_THAT(entries(names), IsEmpty());
  names.add("a");
  EXPECT_THAT(entries(names), ElementsAre("a"));
  names.add("b");
  names.add("c");
  EXPECT_THAT(entries(names), ElementsAre("a", "b", "c"));
}

TEST(Few, is_used_again_after_its_last_entry_was_erased) {
  Few<std::string> names;
  names.add("a");
  names.erase(names.begin());
  EXPECT_THAT(entries(names), IsEmpty());
  names.add("b");
  names.add("c");
  names.erase(names.begin());
  EXPECT_THAT(entries(names), ElementsAre("c"));
  names.erase(names.begin());
  EXPECT_THAT(entries(names), IsEmpty());
  names.add("d");
  EXPECT_THAT(entries(names), ElementsAre("d"));
}

TEST(Few, what_was_erased_is_not_found) {
  Few<std::string> names;
  const auto is_a = [](const std::string& name) { return name == "a"; };
  EXPECT_EQ(names.find(is_a), nullptr);
  names.add("a");
  EXPECT_EQ(names.find(is_a), names.begin());
  names.add("b");
  names.erase(names.find(is_a));
  EXPECT_EQ(names.find(is_a), nullptr);
}

// By the same steps as a vector.
TEST(Few, is_what_a_vector_is) {
  ASSERT_TRUE(rc::check([](const std::vector<std::uint8_t>& steps) {
    Few<std::string> few;
    std::vector<std::string> vector;
    for (const std::uint8_t step : steps) {
      if (step % 2 == 0 || vector.empty()) {
        few.add(std::to_string(step));
        vector.push_back(std::to_string(step));
      } else {
        const std::size_t place = step / 2 % vector.size();
        few.erase(few.begin() + place);
        vector.erase(vector.begin() + static_cast<std::ptrdiff_t>(place));
      }
      RC_ASSERT(entries(few) == vector);
    }
  }));
}

}  // namespace
}  // namespace clearspan
