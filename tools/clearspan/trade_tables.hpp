// Answers of the REST API as text for people.
#pragma once

#include <string>

#include "codecs/json/value.hpp"

namespace clearspan::tools {

// "12.50 ACN" from a leg or fee; the bare units where the scale is not known.
std::string amount_text(const json::Value& amount, std::string_view asset);

// One trade with its legs, the proofs of their steps and its transitions, in several lines.
std::string trade_text(const json::Value& trade);

// A list of trades as an aligned table with a heading.
std::string trade_table(const json::Value& page);

// A problem (RFC 9457) in one line: "unknown_asset: ... (/asset)".
std::string problem_text(const json::Value& problem);

}  // namespace clearspan::tools
