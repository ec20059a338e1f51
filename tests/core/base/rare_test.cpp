#include "core/base/rare.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace clearspan {
namespace {

TEST(Rare, a_copy_is_equal_and_stands_alone) {
  Rare<std::string> name("alice");
  Rare<std::string> copy(name);
  EXPECT_EQ(copy, name);
  *copy = "bob";
  EXPECT_EQ(*name, "alice");
  EXPECT_FALSE(copy == name);
  name = copy;
  EXPECT_EQ(*name, "bob");
  copy->push_back('!');
  EXPECT_EQ(*name, "bob");
}

TEST(Rare, what_was_moved_from_can_be_assigned_to) {
  Rare<std::string> name("alice");
  const Rare<std::string> taken(std::move(name));
  EXPECT_EQ(*taken, "alice");
  name = taken;  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(*name, "alice");
}

}  // namespace
}  // namespace clearspan
