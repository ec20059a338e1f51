// rapidcheck generators for every value that a record can hold, with the borders of each range well represented.
#pragma once

#include <rapidcheck.h>

#include "codecs/evidence/record.hpp"

namespace rc {

using namespace clearspan;
using namespace clearspan::evidence;

namespace detail_records {

inline Gen<std::uint64_t> any_uint() {
  return gen::oneOf(gen::arbitrary<std::uint64_t>(),
                    gen::element<std::uint64_t>(0, 23, 24, 255, 256, 65535, 65536, 4294967295u, 4294967296u,
                                                std::numeric_limits<std::uint64_t>::max()));
}

// Not scaled with the size of the run: every alternative from the first test on.
inline Gen<std::size_t> any_index(std::size_t count) {
  return gen::resize(kNominalSize, gen::inRange<std::size_t>(0, count));
}

template <class Fixed>
Gen<Fixed> any_fixed() {
  return gen::exec([] {
    Fixed value;
    const bool is_zero = *gen::inRange(0, 8) == 0;
    for (auto& byte : value.bytes) byte = is_zero ? 0 : *gen::arbitrary<std::uint8_t>();
    return value;
  });
}

// Plain ASCII, UTF-8, and bytes that are no text at all.
inline Gen<std::string> any_text() {
  return gen::oneOf(gen::container<std::string>(gen::inRange<char>(' ', '~')), gen::arbitrary<std::string>(),
                    gen::element<std::string>("", "Z\xc3\xbcrich", "\xf0\x9f\x92\xb6", "\xff", "a\xc3", "\xed\xa0\x80",
                                              std::string(300, 'x')));
}

inline Gen<Timestamp> any_time() {
  return gen::map(
      gen::oneOf(gen::arbitrary<std::int64_t>(),
                 gen::element<std::int64_t>(0, -1, -25, 1793525400000, std::numeric_limits<std::int64_t>::max(),
                                            std::numeric_limits<std::int64_t>::min())),
      [](std::int64_t millis) { return Timestamp{Millis{millis}}; });
}

inline Gen<Amount> any_amount() {
  return gen::oneOf(gen::map(any_uint(), [](std::uint64_t units) { return Amount{units}; }),
                    gen::map(any_fixed<AmountWord>(), [](const AmountWord& word) { return from_word(word.view()); }));
}

template <class Ordinal>
Gen<Ordinal> any_ordinal() {
  return gen::map(any_uint(), [](std::uint64_t value) { return Ordinal{value}; });
}

template <class Name>
Gen<Name> any_name() {
  return gen::map(any_text(), [](std::string text) { return Name{std::move(text)}; });
}

inline Gen<MovementKind> any_kind() {
  return gen::element(MovementKind::hold, MovementKind::release, MovementKind::refund, MovementKind::payment);
}

}  // namespace detail_records

template <class Tag, std::size_t N>
struct Arbitrary<FixedBytes<Tag, N>> {
  static Gen<FixedBytes<Tag, N>> arbitrary() { return detail_records::any_fixed<FixedBytes<Tag, N>>(); }
};

template <class Tag>
struct Arbitrary<clearspan::Ordinal<Tag>> {
  static auto arbitrary() { return detail_records::any_ordinal<clearspan::Ordinal<Tag>>(); }
};

template <class Tag>
struct Arbitrary<clearspan::Name<Tag>> {
  static auto arbitrary() { return detail_records::any_name<clearspan::Name<Tag>>(); }
};

template <>
struct Arbitrary<Amount> {
  static Gen<Amount> arbitrary() { return detail_records::any_amount(); }
};

template <>
struct Arbitrary<Timestamp> {
  static Gen<Timestamp> arbitrary() { return detail_records::any_time(); }
};

template <>
struct Arbitrary<Movement> {
  static Gen<Movement> arbitrary() {
    return gen::exec([] {
      Movement value;
      value.ref = *gen::arbitrary<decltype(value.ref)>();
      value.kind = *detail_records::any_kind();
      value.asset = *gen::arbitrary<decltype(value.asset)>();
      value.amount = *gen::arbitrary<decltype(value.amount)>();
      value.from = *gen::arbitrary<decltype(value.from)>();
      value.to = *gen::arbitrary<decltype(value.to)>();
      value.hold_key = *gen::arbitrary<decltype(value.hold_key)>();
      value.not_after = *gen::arbitrary<decltype(value.not_after)>();
      value.reclaim_after = *gen::arbitrary<decltype(value.reclaim_after)>();
      value.attempt = *gen::arbitrary<decltype(value.attempt)>();
      return value;
    });
  }
};

template <>
struct Arbitrary<BlockPosition> {
  static Gen<BlockPosition> arbitrary() {
    return gen::exec([] {
      BlockPosition value;
      value.height = *gen::arbitrary<decltype(value.height)>();
      value.block = *gen::arbitrary<decltype(value.block)>();
      value.txn = *gen::arbitrary<decltype(value.txn)>();
      value.txn_index = *gen::arbitrary<decltype(value.txn_index)>();
      value.effect_index = *gen::arbitrary<decltype(value.effect_index)>();
      return value;
    });
  }
};

template <>
struct Arbitrary<Outcome> {
  static Gen<Outcome> arbitrary() {
    return gen::exec([] {
      Outcome value;
      value.ref = *gen::arbitrary<decltype(value.ref)>();
      value.kind = *detail_records::any_kind();
      value.ok = *gen::arbitrary<decltype(value.ok)>();
      value.reclaimed = *gen::arbitrary<decltype(value.reclaimed)>();
      value.asset = *gen::arbitrary<decltype(value.asset)>();
      value.amount = *gen::arbitrary<decltype(value.amount)>();
      value.from = *gen::arbitrary<decltype(value.from)>();
      value.to = *gen::arbitrary<decltype(value.to)>();
      value.hold_key = *gen::arbitrary<decltype(value.hold_key)>();
      value.reclaim_after = *gen::arbitrary<decltype(value.reclaim_after)>();
      value.position = *gen::arbitrary<decltype(value.position)>();
      value.reason = *detail_records::any_text();
      return value;
    });
  }
};

template <>
struct Arbitrary<Leg> {
  static Gen<Leg> arbitrary() {
    return gen::exec([] {
      Leg value;
      value.role = *gen::element(LegRole::hold, LegRole::pivot);
      value.placement = *gen::element(Placement::engine, Placement::payer);
      value.ledger = *gen::arbitrary<decltype(value.ledger)>();
      value.asset = *gen::arbitrary<decltype(value.asset)>();
      value.amount = *gen::arbitrary<decltype(value.amount)>();
      value.payer = *gen::arbitrary<decltype(value.payer)>();
      value.payee = *gen::arbitrary<decltype(value.payee)>();
      value.not_after = *gen::arbitrary<decltype(value.not_after)>();
      value.reclaim_after = *gen::arbitrary<decltype(value.reclaim_after)>();
      return value;
    });
  }
};

template <>
struct Arbitrary<PaymentTerms> {
  static Gen<PaymentTerms> arbitrary() {
    return gen::exec([] {
      PaymentTerms terms;
      terms.profile = *detail_records::any_text();
      terms.rate = {*detail_records::any_uint(), *detail_records::any_uint()};
      terms.fee = *gen::arbitrary<Amount>();
      return terms;
    });
  }
};

template <>
struct Arbitrary<ReturnTerms> {
  static Gen<ReturnTerms> arbitrary() {
    return gen::exec([] {
      ReturnTerms value;
      value.reason = *gen::element(ReturnReason::late, ReturnReason::underpaid, ReturnReason::unknown_trade);
      value.intended_for = *gen::arbitrary<decltype(value.intended_for)>();
      value.hold_key = *gen::arbitrary<decltype(value.hold_key)>();
      return value;
    });
  }
};

template <>
struct Arbitrary<Plan> {
  static Gen<Plan> arbitrary() {
    return gen::exec([] {
      Plan plan;
      plan.id = *gen::arbitrary<TradeId>();
      plan.engine = *gen::arbitrary<EngineTag>();
      plan.scenario = *detail_records::any_text();
      plan.version = *gen::arbitrary<std::uint16_t>();
      plan.created = *gen::arbitrary<Timestamp>();
      plan.prepare_until = *gen::arbitrary<Timestamp>();
      plan.legs.resize(*gen::inRange<std::size_t>(0, kLegsMax + 1));
      for (Leg& leg : plan.legs) leg = *gen::arbitrary<Leg>();
      if (*gen::arbitrary<bool>()) plan.payment = *gen::arbitrary<PaymentTerms>();
      if (*gen::arbitrary<bool>()) {
        plan.returned = *gen::arbitrary<ReturnTerms>();
        plan.legs.resize(1);  // a return is one hold
        plan.legs.front().role = LegRole::hold;
      }
      return plan;
    });
  }
};

template <>
struct Arbitrary<Event> {
  static Gen<Event> arbitrary() {
    return gen::exec([]() -> Event {
      switch (*detail_records::any_index(std::variant_size_v<Event>)) {
        case 0:
          return Started{};
        case 1:
          return OutcomeFinal{*gen::arbitrary<LedgerId>(), *gen::arbitrary<Outcome>()};
        case 2:
          return MovementDead{*gen::arbitrary<LegIndex>(), *detail_records::any_kind(), *gen::arbitrary<Height>(),
                              *gen::arbitrary<BlockHash>(), *gen::arbitrary<LedgerTime>()};
        case 3:
          return MovementRefused{
              *gen::arbitrary<LegIndex>(), *detail_records::any_kind(),
              *gen::element(ErrorCode::malformed_json, ErrorCode::insufficient_funds, ErrorCode::invalid_transition),
              *detail_records::any_text()};
        case 4:
          return PrepareDeadlinePassed{};
        case 5:
          return CancelRequested{};
        default:
          return Decided{*gen::element(Decision::commit, Decision::abort)};
      }
    });
  }
};

template <>
struct Arbitrary<RecordBody> {
  static Gen<RecordBody> arbitrary() {
    return gen::exec([]() -> RecordBody {
      const auto ledger = *gen::arbitrary<LedgerId>();
      switch (*detail_records::any_index(std::variant_size_v<RecordBody>)) {
        case 0:
          return EngineStarted{*detail_records::any_text(), *gen::arbitrary<EngineTag>(),
                               *gen::arbitrary<std::uint16_t>(), *gen::arbitrary<std::uint16_t>(),
                               *gen::arbitrary<std::uint16_t>()};
        case 1:
          return TradeCreated{*gen::arbitrary<Plan>(), *detail_records::any_text(), *gen::arbitrary<Hash32>(),
                              *gen::arbitrary<std::uint32_t>()};
        case 2:
          return TradeEvent{*gen::arbitrary<TradeId>(), *gen::arbitrary<Event>()};
        case 3:
          return TxnSigned{ledger,
                           *gen::arbitrary<TxnId>(),
                           *gen::arbitrary<AccountId>(),
                           *gen::arbitrary<Sequence>(),
                           *gen::arbitrary<LedgerTime>(),
                           *gen::arbitrary<std::uint32_t>(),
                           *gen::arbitrary<Bytes>(),
                           *gen::scale(0.1, gen::arbitrary<std::vector<Movement>>())};
        case 4:
          return TxnClosed{ledger, *gen::arbitrary<TxnId>()};
        case 5:
          return ViewAdvanced{ledger, *gen::arbitrary<Height>(), *gen::arbitrary<BlockHash>(),
                              *gen::arbitrary<LedgerTime>(), *gen::arbitrary<std::uint16_t>()};
        case 6:
          return LedgerFrozen{ledger, *gen::arbitrary<Height>(), *gen::arbitrary<BlockHash>(),
                              *gen::arbitrary<BlockHash>()};
        case 7:
          return LedgerDescribed{
              {ledger,
               *detail_records::any_text(),
               *detail_records::any_text(),
               *detail_records::any_text(),
               *gen::element(ClockKind::height, ClockKind::unix_seconds),
               *gen::arbitrary<std::uint32_t>(),
               {{*gen::arbitrary<AssetId>(), *gen::arbitrary<std::uint8_t>(), *gen::arbitrary<Bytes>()}}}};
        case 8:
          return LedgerProof{{ledger,
                              *gen::arbitrary<Height>(),
                              *gen::arbitrary<BlockHash>(),
                              *gen::arbitrary<Bytes>(),
                              *gen::scale(0.1, gen::arbitrary<std::vector<Bytes>>()),
                              {{*gen::arbitrary<std::uint32_t>(), *gen::arbitrary<Bytes>()}},
                              *gen::arbitrary<BlockHash>()}};
        case 10:
          return HoldingsChecked{ledger,
                                 *gen::arbitrary<Height>(),
                                 *gen::arbitrary<BlockHash>(),
                                 {{*gen::arbitrary<AssetId>(), *gen::arbitrary<Amount>(), *gen::arbitrary<Amount>()}}};
        case 11:
          return ProofLeftOut{ledger, *gen::arbitrary<Height>(), *gen::arbitrary<BlockHash>(),
                              *gen::arbitrary<std::uint64_t>()};
        default:
          return Anchored{ledger, *gen::arbitrary<std::uint64_t>(), *gen::arbitrary<Hash32>(),
                          *gen::arbitrary<BlockPosition>()};
      }
    });
  }
};

template <>
struct Arbitrary<Record> {
  static Gen<Record> arbitrary() {
    return gen::exec([] { return Record{*gen::arbitrary<Timestamp>(), *gen::arbitrary<RecordBody>()}; });
  }
};

}  // namespace rc
