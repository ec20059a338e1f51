// The text of a member inside a JSON text that has been validated already, so that a block can be handed on as the
// bytes that its node sent.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace clearspan::ethereum {

// The value of `key` in the outermost object; none when it has no such key or the text is no object. The key is looked
// for as it is written, without escapes.
std::optional<std::string_view> member_text(std::string_view valid_json, std::string_view key);

// The elements of the outermost array; empty when the text is no array.
std::vector<std::string_view> element_texts(std::string_view valid_json);

}  // namespace clearspan::ethereum
