// Where trades stand and where their records are, packed: a row holds all trades of a bucket, which is half of those
// whose ids are of one millisecond.
//
// A commit does not read what it changes: it adds a run, which says of each trade that was touched what is new of it,
// and the store joins the runs of a row, at the latest when somebody reads it. What is said of a trade is a part of
// its story, and parts one after the other are a part again.
//
//   run:    entries in the order of their ids
//   entry:  the id without its time | size of the part | part
//   part:   which of the following there are: 1 creation, 2 standing; 4 an id that does not sort by the creation
//           | which of the places is the creation, the check of that record (4)
//           | phase and abort reason, suspend reason + 1 (a byte each), which of the places is the last event, when it
//           was, as the distance to the time in the id
//           | check (4) | places (index_places.hpp)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/index_course.hpp"
#include "ledgers/evidence/index_places.hpp"

namespace clearspan::evidence::rows {

// What a part of a trade's story says beside where its records are.
struct PartHead {
  struct Creation {
    std::uint32_t place = 0;  // which of the places
    std::uint32_t check = 0;  // check_of() of the record
    bool is_odd = false;      // the trade's id does not sort by its creation
  };

  struct State {
    Standing standing;
    std::uint32_t place = 0;  // of the last event, or the creation
    Timestamp at;             // when that was
  };

  std::optional<Creation> creation;
  std::optional<State> state;
  std::uint32_t check = 0;  // the sum of check_of() of all records

  void clear();

  // Adds what comes after so many places.
  void append(const PartHead& later, std::uint32_t places_before);
};

struct TradePart : PartHead {
  PackedPlaces places;

  void clear();

  // Adds what comes after. False for places that do not; the part is then good for nothing.
  bool append(const TradePart& later);
};

void put_part(std::string& out, const TradeId& trade, const TradePart& part);

// Errors: storage_failed for anything that put_part does not write.
Result<TradePart> parse_part(const TradeId& trade, std::string_view bytes);

std::string all_runs();

// The row in which a trade stands.
std::string run_key(const TradeId& trade);

// Behind all rows that hold trades with an id of that time or an earlier one; without a time, behind all rows.
std::string end_of_runs(const std::optional<Timestamp>& time);

void put_entry(std::string& run, const TradeId& trade, const TradePart& part);

// The entries of a run, one after the other.
class RunReader {
 public:
  RunReader(std::string_view key, std::string_view run);

  // False at the end, and when the run is damaged: ids that do not ascend are too.
  bool next();

  [[nodiscard]] const TradeId& trade() const { return trade_; }

  [[nodiscard]] std::string_view part() const { return part_; }

  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  TradeId trade_;
  std::string_view rest_;
  std::string_view part_;
  bool is_first_ = true;
  bool is_damaged_ = false;
};

// What the run says of the trade; none when nothing. Errors: storage_failed.
Result<std::optional<TradePart>> find_part(std::string_view key, std::string_view run, const TradeId& trade);

// The runs of one row, the oldest first, as one, in place of what is in `out`. False when one is damaged.
bool join_runs(std::string_view key, std::span<const std::string_view> runs, std::string& out);

}  // namespace clearspan::evidence::rows
