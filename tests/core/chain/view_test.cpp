#include "core/chain/view.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace clearspan {
namespace {

// Block `height` of a branch; equal numbers give the same block.
BlockHash hash_of(std::uint64_t branch, std::uint64_t height) {
  BlockHash hash;
  for (std::size_t i = 0; i < 8; ++i) {
    hash.bytes[i] = static_cast<std::uint8_t>(branch >> (8 * i));
    hash.bytes[8 + i] = static_cast<std::uint8_t>(height >> (8 * i));
  }
  hash.bytes[31] = 1;
  return hash;
}

VerifiedBlockPtr block(std::uint64_t height, const BlockHash& hash, const BlockHash& parent) {
  auto made = std::make_shared<VerifiedBlock>();
  made->height = {height};
  made->hash = hash;
  made->parent = parent;
  return made;
}

VerifiedBlockPtr block(std::uint64_t branch, std::uint64_t height) {
  return block(height, hash_of(branch, height), hash_of(branch, height - 1));
}

// Branch 2 leaves branch 1 after height `fork`.
VerifiedBlockPtr forked(std::uint64_t fork, std::uint64_t height) {
  return block(height, hash_of(height > fork ? 2 : 1, height), hash_of(height - 1 > fork ? 2 : 1, height - 1));
}

// A view whose last final block is 100 of branch 1, with blocks 101 to `tip` on top.
View view_up_to(std::uint64_t tip) {
  View view({{100}, hash_of(1, 100)});
  for (std::uint64_t height = 101; height <= tip; ++height) EXPECT_EQ(view.push(block(1, height)), Pushed{Appended{}});
  return view;
}

std::vector<std::uint64_t> heights(const std::vector<VerifiedBlockPtr>& blocks) {
  std::vector<std::uint64_t> all;
  all.reserve(blocks.size());
  for (const auto& each : blocks) all.push_back(each->height.value);
  return all;
}

using Heights = std::vector<std::uint64_t>;

TEST(View, extends_the_tip_by_blocks_that_link_to_it) {
  const View view = view_up_to(103);
  EXPECT_EQ(view.tip(), (BlockPlace{{103}, hash_of(1, 103)}));
  EXPECT_EQ(view.next(), Height{104});
  EXPECT_EQ(view.unfinal().size(), 3U);
  EXPECT_EQ(view.final_block(), (BlockPlace{{100}, hash_of(1, 100)}));
}

TEST(View, knows_the_hashes_from_the_final_block_to_the_tip_and_no_others) {
  const View view = view_up_to(102);
  EXPECT_EQ(view.hash_at({99}), std::nullopt);
  EXPECT_EQ(view.hash_at({100}), hash_of(1, 100));
  EXPECT_EQ(view.hash_at({102}), hash_of(1, 102));
  EXPECT_EQ(view.hash_at({103}), std::nullopt);
}

TEST(View, says_which_block_is_missing_and_ignores_the_one_above) {
  View view = view_up_to(102);
  EXPECT_EQ(view.push(block(1, 104)), Pushed{Gap{{103}}});
  EXPECT_EQ(view.push(block(1, ~std::uint64_t{0})), Pushed{Gap{{103}}});
  EXPECT_EQ(view.tip().height, Height{102});
}

TEST(View, takes_a_block_that_it_has_as_nothing_new) {
  View view = view_up_to(103);
  for (const std::uint64_t height : {100, 101, 103}) EXPECT_EQ(view.push(block(1, height)), Pushed{Known{}});
  EXPECT_EQ(view.tip().height, Height{103});
}

TEST(View, ignores_what_lies_below_the_final_block) {
  View view = view_up_to(101);
  EXPECT_EQ(view.push(block(7, 99)), Pushed{BelowFinal{}});
  EXPECT_EQ(view.conflict(), std::nullopt);
}

TEST(View, steps_back_through_a_reorganisation_of_every_depth_and_never_to_the_final_block) {
  constexpr std::uint64_t kTip = 140;
  for (std::uint64_t fork = 100; fork < kTip; ++fork) {
    View view = view_up_to(kTip);
    std::uint64_t reads = 0;
    while (const auto height = view.wanted({kTip + 1})) {
      const Pushed answer = view.push(forked(fork, height->value));
      ++reads;
      ASSERT_FALSE(std::holds_alternative<Conflict>(answer)) << fork;
      if (const auto* back = std::get_if<StepBack>(&answer)) {
        ASSERT_GT(back->reread_from, view.final_block().height);
      }
    }
    EXPECT_EQ(view.tip(), (BlockPlace{{kTip + 1}, hash_of(2, kTip + 1)})) << fork;
    EXPECT_EQ(reads, 2 * (kTip - fork) + 1) << fork;
    for (std::uint64_t height = fork + 1; height <= kTip; ++height)
      ASSERT_EQ(view.hash_at({height}), hash_of(2, height));
  }
}

TEST(View, replaces_the_blocks_above_at_once_when_a_block_of_the_middle_links) {
  View view = view_up_to(105);
  EXPECT_EQ(view.push(forked(102, 103)), Pushed{Appended{3}});
  EXPECT_EQ(view.tip(), (BlockPlace{{103}, hash_of(2, 103)}));
}

TEST(View, steps_back_below_a_block_of_the_middle_that_does_not_link) {
  View view = view_up_to(105);
  EXPECT_EQ(view.push(forked(101, 103)), (Pushed{StepBack{{102}, 4}}));
  EXPECT_EQ(view.next(), Height{102});
}

TEST(View, freezes_when_the_block_above_the_final_one_does_not_link_to_it) {
  View view({{100}, hash_of(1, 100)});
  const Conflict expected{{100}, hash_of(1, 100), hash_of(2, 100)};
  EXPECT_EQ(view.push(block(2, 101)), Pushed{expected});
  EXPECT_EQ(view.conflict(), expected);
}

TEST(View, freezes_when_the_final_block_is_read_again_with_another_hash) {
  View view = view_up_to(103);
  EXPECT_EQ(view.push(block(2, 100)), (Pushed{Conflict{{100}, hash_of(1, 100), hash_of(2, 100)}}));
}

TEST(View, freezes_after_stepping_back_to_a_fork_below_the_final_block) {
  View view = view_up_to(103);
  view.claim_final({102});
  view.push(block(1, 103));
  ASSERT_EQ(view.final_block().height, Height{102});
  EXPECT_EQ(view.push(forked(101, 104)), (Pushed{StepBack{{103}, 1}}));
  EXPECT_EQ(view.push(forked(101, 103)), (Pushed{Conflict{{102}, hash_of(1, 102), hash_of(2, 102)}}));
}

TEST(View, takes_and_gives_nothing_while_frozen) {
  View view = view_up_to(103);
  view.claim_final({101});
  view.push(block(1, 103));
  const Pushed conflict = view.push(block(2, 101));
  ASSERT_TRUE(std::holds_alternative<Conflict>(conflict));
  EXPECT_EQ(view.push(block(1, 104)), conflict);
  view.claim_final({103});
  EXPECT_TRUE(view.take_final().empty());
  EXPECT_EQ(view.wanted({200}), std::nullopt);
}

TEST(View, hands_final_blocks_on_once_and_in_order) {
  View view = view_up_to(103);
  view.claim_final({102});
  view.push(block(1, 104));
  EXPECT_EQ(heights(view.take_final()), (Heights{101, 102}));
  EXPECT_EQ(view.final_block(), (BlockPlace{{102}, hash_of(1, 102)}));
  EXPECT_TRUE(view.take_final().empty());
  view.claim_final({102});
  view.push(block(1, 105));
  EXPECT_TRUE(view.take_final().empty());
  view.claim_final({105});
  view.push(block(1, 105));
  EXPECT_EQ(heights(view.take_final()), (Heights{103, 104, 105}));
}

TEST(View, makes_nothing_final_that_was_read_before_the_claim_alone) {
  View view = view_up_to(103);
  view.claim_final({103});
  EXPECT_TRUE(view.take_final().empty());
  EXPECT_EQ(view.wanted({103}), Height{103});
}

TEST(View, confirms_nothing_above_the_block_that_was_read_again) {
  View view = view_up_to(103);
  view.claim_final({103});
  view.push(block(1, 101));
  EXPECT_EQ(heights(view.take_final()), Heights{101});
  EXPECT_EQ(view.final_block().height, Height{101});
}

TEST(View, never_makes_a_branch_final_that_the_ledger_left_before_the_claim) {
  View view = view_up_to(103);
  view.claim_final({103});  // of branch 2, which the view has not read
  while (const auto height = view.wanted({104})) view.push(forked(101, height->value));
  const auto blocks = view.take_final();
  EXPECT_EQ(heights(blocks), (Heights{101, 102, 103}));
  for (const auto& each : blocks) EXPECT_EQ(each->hash, hash_of(each->height.value > 101 ? 2 : 1, each->height.value));
}

TEST(View, hands_blocks_on_as_they_come_while_it_catches_up) {
  View view({{100}, hash_of(1, 100)});
  view.claim_final({5000});
  for (std::uint64_t height = 101; height <= 300; ++height) {
    view.push(block(1, height));
    EXPECT_EQ(heights(view.take_final()), Heights{height});
  }
  EXPECT_TRUE(view.unfinal().empty());
}

TEST(View, asks_for_a_block_again_only_until_the_claim_is_confirmed) {
  View view = view_up_to(103);
  EXPECT_EQ(view.wanted({103}), std::nullopt);
  view.claim_final({102});
  EXPECT_EQ(view.wanted({103}), Height{102});
  EXPECT_EQ(view.wanted({101}), Height{101});  // a ledger that fell behind is asked for no more than it has
  view.push(block(1, 102));
  EXPECT_EQ(view.wanted({103}), std::nullopt);
  EXPECT_EQ(heights(view.take_final()), (Heights{101, 102}));
}

TEST(View, does_not_let_a_claim_go_back) {
  View view = view_up_to(103);
  view.claim_final({102});
  view.claim_final({50});
  view.push(block(1, 103));
  EXPECT_EQ(view.final_block().height, Height{102});
}

TEST(View, starts_at_the_very_first_block) {
  View view({{0}, hash_of(1, 0)});
  EXPECT_EQ(view.push(block(1, 1)), Pushed{Appended{}});
  EXPECT_EQ(view.push(block(2, 1)), (Pushed{Conflict{{0}, hash_of(1, 0), hash_of(2, 0)}}));
}

TEST(View, stops_reading_at_its_bound_and_goes_on_when_finality_moves) {
  View view = view_up_to(100 + kUnfinalBlocksMax);
  const std::uint64_t last = 100 + kUnfinalBlocksMax;
  EXPECT_EQ(view.wanted({last + 10}), std::nullopt);
  EXPECT_EQ(view.push(block(1, last + 1)), Pushed{Full{}});
  EXPECT_EQ(view.push(block(1, last)), Pushed{Known{}});
  view.claim_final({150});
  ASSERT_EQ(view.wanted({last + 10}), Height{150});
  view.push(block(1, 150));
  EXPECT_EQ(view.push(block(1, last + 1)), Pushed{Full{}}) << "blocks that nobody took count";
  EXPECT_EQ(view.take_final().size(), 50U);
  EXPECT_EQ(view.wanted({last + 10}), Height{last + 1});
  EXPECT_EQ(view.push(block(1, last + 1)), Pushed{Appended{}});
}

// A ledger that grows, reorganises above what it has called final and serves honest reads.
struct Ledger {
  std::vector<VerifiedBlockPtr> chain;  // by height
  std::uint64_t final_height = 0;
  std::uint64_t made = 0;

  Ledger() { chain.push_back(block(0, hash_of(0, 0), {})); }

  void mine() {
    const auto height = static_cast<std::uint64_t>(chain.size());
    chain.push_back(block(height, hash_of(++made, height), chain.back()->hash));
  }

  void reorganise(std::uint64_t depth) {
    const std::uint64_t unfinal = chain.size() - 1 - final_height;
    const std::uint64_t dropped = std::min(depth, unfinal);
    chain.resize(chain.size() - dropped);
    for (std::uint64_t i = 0; i <= dropped; ++i) mine();
  }

  void finalise(std::uint64_t count) { final_height = std::min<std::uint64_t>(final_height + count, chain.size() - 1); }
};

// The model is the ledger itself: what it has finalised is handed on exactly once, in order, whenever the follower
// reads, whatever happens between any two reads.
RC_GTEST_PROP(ViewProperty, hands_on_exactly_the_final_chain_of_any_honest_ledger, ()) {
  Ledger ledger;
  View view({{0}, ledger.chain[0]->hash});
  std::vector<VerifiedBlockPtr> handed_on;
  const auto live = [&] {
    const auto amount = *rc::gen::inRange<std::uint64_t>(0, 6);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return ledger.mine();
      case 1:
        return ledger.reorganise(amount);
      case 2:
        return ledger.finalise(amount);
      default:
        return;
    }
  };
  const auto follow = [&](bool undisturbed) {
    view.claim_final({ledger.final_height});
    const Height latest{ledger.chain.size() - 1};
    for (int reads = 0; reads < 200; ++reads) {
      const auto height = view.wanted(latest);
      if (!height) break;
      if (height->value >= ledger.chain.size()) break;
      const Pushed answer = view.push(ledger.chain[height->value]);
      RC_ASSERT(!std::holds_alternative<Conflict>(answer));
      RC_ASSERT(!std::holds_alternative<Gap>(answer));
      if (!undisturbed) live();
    }
    for (auto& each : view.take_final()) handed_on.push_back(std::move(each));
  };
  const int rounds = *rc::gen::inRange(1, 12);
  for (int round = 0; round < rounds; ++round) {
    live();
    follow(false);
    RC_ASSERT(handed_on.size() <= ledger.final_height);
    for (std::size_t i = 0; i < handed_on.size(); ++i) RC_ASSERT(handed_on[i] == ledger.chain[i + 1]);
  }
  follow(true);
  RC_CLASSIFY(handed_on.size() >= 5, "five or more final blocks");
  RC_ASSERT(handed_on.size() == ledger.final_height);
  for (std::size_t i = 0; i < handed_on.size(); ++i) RC_ASSERT(handed_on[i] == ledger.chain[i + 1]);
  RC_ASSERT(view.tip().hash == ledger.chain.back()->hash);
}

// Whatever blocks come in whatever order: what is handed on is one linked chain that starts at the anchor.
RC_GTEST_PROP(ViewProperty, hands_on_one_linked_chain_whatever_it_is_fed, ()) {
  View view({{0}, hash_of(0, 0)});
  BlockPlace last{{0}, hash_of(0, 0)};
  const int steps = *rc::gen::inRange(0, 200);
  for (int i = 0; i < steps; ++i) {
    if (*rc::gen::inRange(0, 5) == 0) view.claim_final({*rc::gen::inRange<std::uint64_t>(0, 12)});
    const auto height = *rc::gen::inRange<std::uint64_t>(0, 14);
    const auto branch = *rc::gen::inRange<std::uint64_t>(0, 2);
    const auto parent = *rc::gen::inRange<std::uint64_t>(0, 2);
    const BlockHash below = height == 0 ? BlockHash{} : hash_of(height == 1 ? 0 : parent, height - 1);
    view.push(block(height, hash_of(branch, height), below));
    for (const auto& each : view.take_final()) {
      RC_ASSERT(each->height == last.height.plus(1));
      RC_ASSERT(each->parent == last.hash);
      last = {each->height, each->hash};
    }
    RC_ASSERT(view.final_block() == last || view.conflict().has_value());
  }
  RC_CLASSIFY(last.height.value > 0, "something became final");
}

}  // namespace
}  // namespace clearspan
