#include "core/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace clearspan {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(ErrorCode::invalid_value, "odd", "/number");
  return number / 2;
}

Status require_even(int number) {
  if (number % 2 != 0) return make_error(ErrorCode::invalid_value, "odd");
  return Done{};
}

// Counts how far it came, so that the tests see where the macros return.
Result<int> quarter(int number, int& steps) {
  CLEARSPAN_TRY(const int once, half(number));
  ++steps;
  CLEARSPAN_TRY(const int twice, half(once));
  ++steps;
  return twice;
}

Status require_both_even(int a, int b, int& steps) {
  CLEARSPAN_CHECK_OK(require_even(a));
  ++steps;
  CLEARSPAN_CHECK_OK(require_even(b));
  ++steps;
  return Done{};
}

Result<std::unique_ptr<int>> boxed(int number) {
  CLEARSPAN_TRY(const int value, half(number));
  return std::make_unique<int>(value);
}

Result<int> unboxed(int number) {
  CLEARSPAN_TRY(const std::unique_ptr<int> box, boxed(number));
  return *box;
}

TEST(Result, holds_a_value) {
  const Result<int> result = half(8);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result.value(), 4);
  EXPECT_EQ(*result, 4);
}

TEST(Result, holds_an_error) {
  const Result<int> result = half(7);
  ASSERT_FALSE(result.ok());
  EXPECT_FALSE(static_cast<bool>(result));
  EXPECT_EQ(result.error(), (Error{ErrorCode::invalid_value, "odd", "/number"}));
}

TEST(Result, tells_a_value_from_an_error_when_the_value_is_an_error_code) {
  const Result<ErrorCode> result = ErrorCode::timed_out;
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, ErrorCode::timed_out);
}

TEST(Result, gives_access_to_the_members_of_its_value) {
  Result<std::string> result = std::string("hold");
  EXPECT_EQ(result->size(), 4u);
  result->push_back('s');
  EXPECT_EQ(*result, "holds");
}

TEST(Result, moves_a_value_out) {
  Result<std::unique_ptr<int>> result = boxed(6);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> box = std::move(result).value();
  EXPECT_EQ(*box, 3);
}

TEST(Result, moves_an_error_out) {
  Result<int> result = half(7);
  const Error error = std::move(result).error();
  EXPECT_EQ(error.detail, "odd");
}

TEST(Result, ends_the_process_when_the_value_of_an_error_is_taken) {
  const Result<int> failed = half(7);
  EXPECT_DEATH((void)failed.value(), "internal error");
  EXPECT_DEATH((void)*half(7), "internal error");
}

TEST(Result, ends_the_process_when_the_error_of_a_value_is_taken) {
  const Result<int> succeeded = half(8);
  EXPECT_DEATH((void)succeeded.error(), "internal error");
}

TEST(Try, goes_on_with_the_value) {
  int steps = 0;
  EXPECT_EQ(quarter(12, steps).value(), 3);
  EXPECT_EQ(steps, 2);
}

TEST(Try, returns_the_first_error_and_does_nothing_after_it) {
  int steps = 0;
  EXPECT_EQ(quarter(6, steps).error().code, ErrorCode::invalid_value);
  EXPECT_EQ(steps, 1);
  EXPECT_EQ(quarter(3, steps).error().field, "/number");
  EXPECT_EQ(steps, 1);
}

TEST(Try, moves_values_that_cannot_be_copied) {
  EXPECT_EQ(unboxed(10).value(), 5);
  EXPECT_FALSE(unboxed(9).ok());
}

TEST(CheckOk, goes_on_after_success_and_returns_the_first_error) {
  int steps = 0;
  EXPECT_TRUE(require_both_even(2, 4, steps).ok());
  EXPECT_EQ(steps, 2);
  EXPECT_FALSE(require_both_even(2, 5, steps).ok());
  EXPECT_EQ(steps, 3);
  EXPECT_FALSE(require_both_even(1, 4, steps).ok());
  EXPECT_EQ(steps, 3);
}

TEST(Verify, ends_the_process_and_names_the_condition_and_the_place) {
  EXPECT_DEATH(CLEARSPAN_VERIFY(1 + 1 == 3), "1 \\+ 1 == 3 does not hold at .*result_test.cpp");
}

TEST(Verify, evaluates_its_condition_once) {
  int evaluations = 0;
  CLEARSPAN_VERIFY(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

}  // namespace
}  // namespace clearspan
