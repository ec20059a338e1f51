// A world for stories: two simulated ledgers, a real engine between them, and verbs. The engine runs on its own threads
// and writes a real log in a temporary folder; blocks are made while the story waits for something.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "core/scenario/compile.hpp"
#include "ledgers/simulated/in_process_connector.hpp"
#include "ledgers/simulated/ledger.hpp"

namespace clearspan::scenarios {

class World {
 public:
  explicit World(std::uint16_t shards = 2);
  ~World();

  // The engine
  void start();
  void stop();
  void restart();

  [[nodiscard]] Engine& engine() { return *engine_; }

  [[nodiscard]] const std::string& data_dir() const { return data_dir_; }

  [[nodiscard]] const EngineTag& tag() const { return tag_; }

  [[nodiscard]] std::vector<std::shared_ptr<Connector>> connectors() const { return {a_.connector, b_.connector}; }

  // The time for the holds, and again for the pivot. Long by default, so that a busy machine ends no story early; a
  // story about a deadline shortens it.
  void set_window(Millis window) { window_ = window; }

  // From the next start on: checkpoints of the logs are put on record on a-coin.
  void anchor_from_now_on() { is_anchoring_ = true; }

  // From the next start on: other options than the usual ones.
  void tune(std::function<void(EngineOptions&)> edit) { tune_ = std::move(edit); }

  // Requests. Each returns the trade's plan once it is durable; a refused one fails the test.
  Plan pay(const std::string& payer, const std::string& merchant, std::uint64_t units, const std::string& exchanger,
           Placement placed_by = Placement::engine);
  Plan exchange(const std::string& alice, std::uint64_t a_units, const std::string& bob, std::uint64_t b_units);
  Status cancel(const Plan& plan);

  // A payer places a hold by itself: the plan's first leg, changed by `edit`.
  void deposit(
      const Plan& plan, const std::function<void(Movement&)>& edit = [](Movement&) {});

  // The ledgers
  [[nodiscard]] simulated::Ledger& a() { return *a_.ledger; }

  [[nodiscard]] simulated::Ledger& b() { return *b_.ledger; }

  void produce(int blocks);
  [[nodiscard]] std::uint64_t balance(simulated::Ledger& ledger, const std::string& account,
                                      const std::string& asset) const;
  [[nodiscard]] simulated::RefEffects effects(simulated::Ledger& ledger, const Plan& plan, LegIndex leg) const;

  // Makes blocks until it is true; fails the test after a generous time.
  void until(const std::string& what, const std::function<bool()>& is_true);
  void until_phase(const Plan& plan, Phase phase);
  void until_quiet();  // no live trade is left
  [[nodiscard]] Phase phase(const Plan& plan) const;
  [[nodiscard]] evidence::TradeSnapshot snapshot(const Plan& plan);

  // What must always hold.
  void expect_books_add_up();

 private:
  struct Side {
    std::shared_ptr<simulated::Ledger> ledger;
    std::shared_ptr<Connector> connector;
  };

  Side make_side(const simulated::Genesis& genesis, const std::vector<std::string>& engine_accounts);
  // Whether the engine has acted on what is final. Blocks wait for it, so that a busy machine slows both down and no
  // deadline passes that would not have passed on an idle one.
  [[nodiscard]] bool has_followed() const;
  Plan create(Plan plan);
  LedgerNow now_of(const Side& side);
  PlanIdentity next_identity();

  SystemClock clock_;
  EngineTag tag_;
  std::uint16_t shards_;
  std::string data_dir_;
  Side a_;
  Side b_;
  std::unique_ptr<Engine> engine_;
  Millis window_{30'000};
  bool is_anchoring_ = false;
  std::function<void(EngineOptions&)> tune_;
  std::uint8_t trades_made_ = 0;
  mutable std::mutex mutex_;
  std::map<TradeId, Phase> phases_;
};

}  // namespace clearspan::scenarios
