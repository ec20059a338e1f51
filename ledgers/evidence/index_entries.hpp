// How a list's trades stand packed in the index: one row holds those that one commit added and that were created in the
// same bucket of time.
//
//   entry:  (time in the bucket) * 2 + (1 if the id does not start with the time of creation) | the id, without that
//           time where it starts with it
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledgers/evidence/index_rows.hpp"

namespace clearspan::evidence {

// Whether the trade's id sorts as its creation does.
bool sorts_by_creation(const rows::ListPosition& position);

std::int64_t bucket_of(Timestamp created);

// Appends one entry; all entries of a row are of one bucket.
void put_entry(std::string& row, const rows::ListPosition& position);

// Errors: storage_failed for a value that put_entry does not make.
Result<std::vector<rows::ListPosition>> parse_entries(std::int64_t bucket, std::string_view row);

}  // namespace clearspan::evidence
