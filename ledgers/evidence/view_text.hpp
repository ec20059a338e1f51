// How the record views write what they hold: JSON members that they share, and lines of comma-separated values.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/json/writer.hpp"
#include "core/chain/movement.hpp"
#include "ledgers/evidence/views.hpp"

namespace clearspan::evidence {

// A table as RFC 4180 has it: a line of names, then one line for each row, every line with as many fields and ended by
// CR LF. A field is quoted when it holds a comma, a quote or a line break. Names and reasons come from outside: one
// that a spreadsheet would take for a formula, as it begins with = + - @, a tab or CR and is no number, has ' in front.
class CsvTable {
 public:
  explicit CsvTable(std::vector<std::string_view> columns);

  // Sets a field of the row that is being written; the others are empty. A column that the table lacks is a bug.
  CsvTable& set(std::string_view column, std::string_view value);
  void end_row();

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void append_line(const std::vector<std::string>& fields);

  std::vector<std::string_view> columns_;
  std::vector<std::string> row_;
  std::string out_;
};

// {"units": "1250", "scale": 2}; a scale that no record describes is null.
void write_amount(json::Writer& out, std::string_view units, std::optional<unsigned> scale);

// An empty text as null.
void write_optional(json::Writer& out, std::string_view name, std::string_view text);

// The two members "log" and "leaf".
void write_place(json::Writer& out, const std::vector<ViewedLog>& logs, const Place& place);

// "proof": the block, the txn and the effect in it.
void write_position(json::Writer& out, const BlockPosition& position);

// "logs": what was read.
void write_logs(json::Writer& out, const std::vector<ViewedLog>& logs);

void set_place(CsvTable& out, const std::vector<ViewedLog>& logs, const Place& place);
void set_position(CsvTable& out, const BlockPosition& position);
std::string scale_text(std::optional<unsigned> scale);

}  // namespace clearspan::evidence
