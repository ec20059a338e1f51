#include "ledgers/evidence/view_text.hpp"

#include <algorithm>

#include "core/base/verify.hpp"

namespace clearspan::evidence {
namespace {

// Whether a spreadsheet would take the text for a formula. A number with its sign is none.
bool looks_like_a_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) return false;
  const bool is_number =
      text.front() == '-' && text.size() > 1 && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return !is_number;
}

void append_field(std::string& out, std::string_view text) {
  const bool is_quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (is_quoted) out += '"';
  if (looks_like_a_formula(text)) out += '\'';
  for (const char letter : text) {
    if (letter == '"') out += '"';
    out += letter;
  }
  if (is_quoted) out += '"';
}

}  // namespace

CsvTable::CsvTable(std::vector<std::string_view> columns) : columns_(std::move(columns)), row_(columns_.size()) {
  append_line({columns_.begin(), columns_.end()});
}

CsvTable& CsvTable::set(std::string_view column, std::string_view value) {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  CLEARSPAN_VERIFY(found != columns_.end());
  row_[static_cast<std::size_t>(found - columns_.begin())] = value;
  return *this;
}

void CsvTable::end_row() {
  append_line(row_);
  row_.assign(columns_.size(), {});
}

void CsvTable::append_line(const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out_ += ',';
    append_field(out_, fields[i]);
  }
  out_ += "\r\n";
}

void write_amount(json::Writer& out, std::string_view units, std::optional<unsigned> scale) {
  out.begin_object().field("units", units).key("scale");
  if (scale) {
    out.value(*scale);
  } else {
    out.null();
  }
  out.end_object();
}

void write_optional(json::Writer& out, std::string_view name, std::string_view text) {
  out.key(name);
  if (text.empty()) {
    out.null();
  } else {
    out.value(text);
  }
}

void write_place(json::Writer& out, const std::vector<ViewedLog>& logs, const Place& place) {
  out.field("log", logs[place.log].name).field("leaf", place.leaf);
}

void write_position(json::Writer& out, const BlockPosition& position) {
  out.key("proof").begin_object();
  out.field("block_number", position.height.value).field("block_hash", to_hex_prefixed(position.block.view()));
  out.field("txn", to_hex_prefixed(position.txn.view())).field("txn_index", position.txn_index);
  out.field("effect_index", position.effect_index).end_object();
}

void write_logs(json::Writer& out, const std::vector<ViewedLog>& logs) {
  out.key("logs").begin_array();
  for (const ViewedLog& log : logs) {
    out.begin_object().field("log", log.name).field("engine", to_hex(log.engine.view())).field("records", log.records);
    write_optional(out, "root", log.checkpoint ? to_hex(log.checkpoint->root.view()) : std::string());
    out.end_object();
  }
  out.end_array();
}

void set_place(CsvTable& out, const std::vector<ViewedLog>& logs, const Place& place) {
  out.set("log", logs[place.log].name).set("leaf", std::to_string(place.leaf));
}

void set_position(CsvTable& out, const BlockPosition& position) {
  out.set("txn", to_hex_prefixed(position.txn.view())).set("txn_index", std::to_string(position.txn_index));
  out.set("effect_index", std::to_string(position.effect_index));
  out.set("block_number", std::to_string(position.height.value));
  out.set("block_hash", to_hex_prefixed(position.block.view()));
}

std::string scale_text(std::optional<unsigned> scale) {
  return scale ? std::to_string(*scale) : std::string();
}

}  // namespace clearspan::evidence
