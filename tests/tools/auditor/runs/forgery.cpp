#include "tests/tools/auditor/runs/forgery.hpp"

#include <algorithm>
#include <functional>

#include "codecs/tlog/note.hpp"
#include "ledgers/evidence/layout.hpp"

namespace clearspan::audit {
namespace {

using evidence::Record;

void one_unit_off(sim::Random& random, Amount& amount) {
  const bool less = !amount.is_zero() && random.below(2) == 0;
  amount = less ? subtract(amount, Amount(1)).value() : add(amount, Amount(1)).value();
}

template <class Fixed>
void flip(sim::Random& random, Fixed& bytes) {
  bytes.bytes[static_cast<std::size_t>(random.below(Fixed::kSize))] ^= static_cast<std::uint8_t>(1 + random.below(255));
}

struct Place {
  std::size_t shard = 0;
  std::size_t at = 0;
};

// A record of that kind, drawn from all; none when there is none.
template <class Body>
std::optional<Place> draw(
    sim::Random& random, const Logs& logs,
    const std::function<bool(const Body&)>& is_it = [](const Body&) { return true; }) {
  std::vector<Place> places;
  for (std::size_t shard = 0; shard < logs.size(); ++shard) {
    for (std::size_t at = 0; at < logs[shard].size(); ++at) {
      const auto* body = std::get_if<Body>(&logs[shard][at].body);
      if (body != nullptr && is_it(*body)) places.push_back({shard, at});
    }
  }
  if (places.empty()) return std::nullopt;
  return places[static_cast<std::size_t>(random.below(places.size()))];
}

template <class E>
bool is_event(const evidence::TradeEvent& body) {
  return std::holds_alternative<E>(body.event);
}

bool is_proven(const evidence::TradeEvent& body) {
  return is_event<OutcomeFinal>(body) || is_event<MovementDead>(body);
}

void erase(Logs& logs, const Place& place) {
  logs[place.shard].erase(logs[place.shard].begin() + static_cast<std::ptrdiff_t>(place.at));
}

template <class Body>
Body& at(Logs& logs, const Place& place) {
  return std::get<Body>(logs[place.shard][place.at].body);
}

void alter(sim::Random& random, Outcome& outcome) {
  switch (random.below(9)) {
    case 0:
      return flip(random, outcome.position.block);
    case 1:
      return flip(random, outcome.position.txn);
    case 2:
      outcome.position.height.value += 1;
      return;
    case 3:
      outcome.position.effect_index += 1;
      return;
    case 4:
      outcome.ok = !outcome.ok;
      return;
    case 5:
      outcome.to.text = outcome.to.text == "bob" ? "carol" : "bob";
      return;
    case 6:
      return flip(random, outcome.hold_key);
    default:
      return one_unit_off(random, outcome.amount);
  }
}

void alter(sim::Random& random, evidence::TxnSigned& txn) {
  switch (random.below(6)) {
    case 0:
      return flip(random, txn.id);
    case 1:
      txn.sequence.value += 1;
      return;
    case 2:
      txn.not_after.value += 1;
      return;
    case 3:
      txn.raw[static_cast<std::size_t>(random.below(txn.raw.size() - 64))] ^= 1;
      return;
    case 4:
      txn.movements.push_back(txn.movements.front());
      return;
    default:
      return flip(random, txn.movements[static_cast<std::size_t>(random.below(txn.movements.size()))].ref);
  }
}

// A leg's terms, one unit or one name off.
void alter(sim::Random& random, Plan& plan) {
  Leg& leg = plan.legs[static_cast<std::size_t>(random.below(plan.legs.size()))];
  switch (random.below(3)) {
    case 0:
      leg.payee.text += "x";
      return;
    case 1:
      leg.payer.text += "x";
      return;
    default:
      return one_unit_off(random, leg.amount);
  }
}

// Trades in whose name the engine signed anything: of others, nothing but the plan says what they were.
bool has_signatures(const Logs& logs, const TradeId& trade) {
  for (const auto& log : logs) {
    for (const Record& record : log) {
      const auto* txn = std::get_if<evidence::TxnSigned>(&record.body);
      if (txn == nullptr) continue;
      for (const Movement& movement : txn->movements) {
        if (trade_of(movement.ref) == trade) return true;
      }
    }
  }
  return false;
}

bool moves_value(const evidence::TxnSigned& txn) {
  return !txn.movements.empty();
}

using Forgery = std::function<bool(sim::Random&, Logs&)>;

template <class Body>
Forgery changing(std::function<bool(const Body&)> is_it, std::function<void(sim::Random&, Body&)> change) {
  return [=](sim::Random& random, Logs& logs) {
    const auto place = draw<Body>(random, logs, is_it);
    if (place) change(random, at<Body>(logs, *place));
    return place.has_value();
  };
}

template <class Body>
Forgery dropping(std::function<bool(const Body&)> is_it) {
  return [=](sim::Random& random, Logs& logs) {
    const auto place = draw<Body>(random, logs, is_it);
    if (place) erase(logs, *place);
    return place.has_value();
  };
}

bool swap_with_next(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::TradeEvent>(random, logs, is_proven);
  if (!place || place->at == 0) return false;
  auto& log = logs[place->shard];
  // Its proof stands before the first event of a block; an event may change places with that.
  std::size_t proof = place->at;
  while (proof > 0 && !std::holds_alternative<evidence::LedgerProof>(log[proof].body)) --proof;
  std::swap(log[proof], log[place->at]);
  return true;
}

bool swap_creation(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::TradeEvent>(random, logs);
  if (!place) return false;
  auto& log = logs[place->shard];
  const TradeId trade = at<evidence::TradeEvent>(logs, *place).trade;
  for (Record& record : log) {
    const auto* created = std::get_if<evidence::TradeCreated>(&record.body);
    if (created == nullptr || created->plan.id != trade) continue;
    std::swap(record, log[place->at]);
    return true;
  }
  return false;
}

// Everything behind a record that bears on value is gone, in that log.
bool roll_back(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::TradeEvent>(random, logs, is_proven);
  if (!place) return false;
  logs[place->shard].resize(place->at);
  return true;
}

bool repeat_creation(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::TradeCreated>(random, logs);
  if (place) logs[place->shard].push_back(logs[place->shard][place->at]);
  return place.has_value();
}

bool alter_plan(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::TradeCreated>(
      random, logs, [&](const evidence::TradeCreated& body) { return has_signatures(logs, body.plan.id); });
  if (place) alter(random, at<evidence::TradeCreated>(logs, *place).plan);
  return place.has_value();
}

bool flip_decision(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::TradeEvent>(random, logs, is_event<Decided>);
  if (!place) return false;
  Decision& decision = std::get<Decided>(at<evidence::TradeEvent>(logs, *place).event).decision;
  decision = decision == Decision::commit ? Decision::abort : Decision::commit;
  return true;
}

bool break_proof(sim::Random& random, Logs& logs) {
  const auto place = draw<evidence::LedgerProof>(random, logs);
  if (!place) return false;
  Bytes& header = at<evidence::LedgerProof>(logs, *place).proof.header;
  header[static_cast<std::size_t>(random.below(header.size()))] ^= 1;
  return true;
}

const std::vector<std::pair<std::string, Forgery>>& forgeries() {
  static const std::vector<std::pair<std::string, Forgery>> all = {
      {"an outcome altered", changing<evidence::TradeEvent>(is_event<OutcomeFinal>,
                                                            [](sim::Random& random, evidence::TradeEvent& body) {
                                                              alter(random, std::get<OutcomeFinal>(body.event).outcome);
                                                            })},
      {"an outcome dropped", dropping<evidence::TradeEvent>(is_event<OutcomeFinal>)},
      {"a death altered", changing<evidence::TradeEvent>(is_event<MovementDead>,
                                                         [](sim::Random& random, evidence::TradeEvent& body) {
                                                           flip(random, std::get<MovementDead>(body.event).block);
                                                         })},
      {"a txn altered", changing<evidence::TxnSigned>(
                            moves_value, [](sim::Random& random, evidence::TxnSigned& body) { alter(random, body); })},
      {"a txn dropped", dropping<evidence::TxnSigned>(moves_value)},
      {"a trade dropped", dropping<evidence::TradeCreated>([](const auto&) { return true; })},
      {"a trade repeated", repeat_creation},
      {"a plan altered", alter_plan},
      {"a decision turned", flip_decision},
      {"a decision dropped", dropping<evidence::TradeEvent>(is_event<Decided>)},
      {"a proof broken", break_proof},
      {"a closing altered",
       changing<evidence::TxnClosed>([](const auto&) { return true; },
                                     [](sim::Random& random, evidence::TxnClosed& body) { flip(random, body.id); })},
      {"a view altered", changing<evidence::ViewAdvanced>(
                             [](const auto&) { return true; },
                             [](sim::Random& random, evidence::ViewAdvanced& body) { flip(random, body.block); })},
      {"an anchor altered",
       changing<evidence::Anchored>([](const auto&) { return true; },
                                    [](sim::Random& random, evidence::Anchored& body) { flip(random, body.root); })},
      {"an event and its proof swapped", swap_with_next},
      {"a creation and an event swapped", swap_creation},
      {"a log rolled back", roll_back},
  };
  return all;
}

}  // namespace

std::string tamper_files(sim::Random& random, const std::vector<std::string>& names,
                         std::map<std::string, Bytes>& files) {
  const std::string& name = names[static_cast<std::size_t>(random.below(names.size()))];
  Bytes& victim = files.at(name);
  switch (random.below(10)) {
    case 0:
      files.erase(name);
      return "a file removed: " + name;
    case 1: {
      const std::string& other = names[static_cast<std::size_t>(random.below(names.size()))];
      std::swap(victim, files.at(other));
      return "two files exchanged: " + name + " and " + other;
    }
    case 2:
      victim.resize(static_cast<std::size_t>(random.below(victim.size())));
      return "a file cut: " + name + " to " + std::to_string(victim.size());
    case 3: {  // HEAD names the beginning again
      const std::string head = name.substr(0, name.rfind('/')) + "/HEAD";
      const std::string text = evidence::encode_watermark({{0, {}}, 0});
      files[head].assign(text.begin(), text.end());
      return "a head rolled back: " + head;
    }
    default: {
      const auto where = static_cast<std::size_t>(random.below(victim.size()));
      victim[where] ^= static_cast<std::uint8_t>(1U << random.below(8));
      return "a bit flipped: " + name + ", byte " + std::to_string(where);
    }
  }
}

std::string forge_logs(sim::Random& random, Logs& logs) {
  const auto& [name, forge] = forgeries()[static_cast<std::size_t>(random.below(forgeries().size()))];
  return forge(random, logs) ? name : std::string();
}

std::string forge_anything(sim::Random& random, Logs& logs, const std::vector<std::string>& checkpoints) {
  const auto shard = static_cast<std::size_t>(random.below(logs.size()));
  const auto note = tlog::parse_note(checkpoints[shard]);
  const std::uint64_t covered = tlog::parse_checkpoint(note.value().text).value().size;
  const auto place = static_cast<std::size_t>(random.below(covered - 1));
  auto& log = logs[shard];
  const std::string where = "shard-" + std::to_string(shard) + ":" + std::to_string(place + 1);
  switch (random.below(4)) {
    case 0:
      log.erase(log.begin() + static_cast<std::ptrdiff_t>(place));
      return "a record dropped: " + where;
    case 1:
      std::swap(log[place], log[place + 1]);
      return "a record swapped with the next: " + where;
    case 2:
      log.resize(place);
      return "a record and all behind it dropped: " + where;
    default:
      log[place].at += Millis{1};
      return "a record one millisecond later: " + where;
  }
}

std::string alter_books(sim::Random& random, std::vector<LedgerBook>& books) {
  LedgerBook& book = books[static_cast<std::size_t>(random.below(books.size()))];
  const auto place = [&](std::size_t size) { return static_cast<std::size_t>(random.below(size)); };
  switch (random.below(7)) {
    case 0:
      one_unit_off(random, book.accounts[place(book.accounts.size())].now);
      return "a balance";
    case 1:
      one_unit_off(random, book.accounts[place(book.accounts.size())].at_start);
      return "a balance at the start";
    case 2:
      one_unit_off(random, book.escrow[place(book.escrow.size())].held);
      return "what is held";
    case 3:
      one_unit_off(random, book.escrow[place(book.escrow.size())].balance);
      return "what the escrow has";
    default:
      break;
  }
  std::vector<std::size_t> with_value;
  for (std::size_t i = 0; i < book.txns.size(); ++i) {
    const bool has_value = std::any_of(book.txns[i].effects.begin(), book.txns[i].effects.end(),
                                       [](const BookEffect& one) { return one.outcome.ok && !one.anchor; });
    if (has_value) with_value.push_back(i);
  }
  const std::size_t at_txn = with_value[place(with_value.size())];
  BookTxn& txn = book.txns[at_txn];
  switch (random.below(3)) {
    case 0:
      book.txns.erase(book.txns.begin() + static_cast<std::ptrdiff_t>(at_txn));
      return "a txn dropped";
    case 1:
      book.txns.insert(book.txns.begin() + static_cast<std::ptrdiff_t>(at_txn), BookTxn(txn));
      return "a txn repeated";
    default:
      for (BookEffect& effect : txn.effects) {
        if (!effect.outcome.ok || effect.anchor) continue;
        one_unit_off(random, effect.outcome.amount);
        break;
      }
      return "an effect's amount";
  }
}

}  // namespace clearspan::audit
