// Which texts need no escapes.
#pragma once

#include <string_view>

namespace clearspan::json {

// Whether the text stands for itself between quotes: ASCII without anything that is escaped.
bool is_plain(std::string_view text);

}  // namespace clearspan::json
