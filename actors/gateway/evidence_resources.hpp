// What others read of the evidence, and where witnesses' signatures come in (docs/evidence-format.md, section 5). Each
// may read the disk, so each runs on a worker.
#pragma once

#include <string>
#include <string_view>

#include "actors/gateway/resources.hpp"
#include "codecs/tlog/key.hpp"

namespace clearspan::gateway {

// The name of that shard's log.
std::string log_name(const evidence::Archive& archive, std::uint16_t shard);

// GET /evidence/keys
transport::Response evidence_keys(const Surroundings& around);

// GET /evidence/<log>/checkpoint
transport::Response evidence_checkpoint(const Surroundings& around, std::string_view log, std::string_view path);

// GET /evidence/<log>/tile/...: hashes or entries. `is_public`: anybody may keep a copy.
transport::Response evidence_tile(const Surroundings& around, std::string_view log, std::string_view tile,
                                  bool is_public, std::string_view path);

// GET /evidence/<log>/attachment/<leaf>
transport::Response evidence_attachment(const Surroundings& around, std::string_view log, std::string_view leaf,
                                        bool is_public, std::string_view path);

// POST /evidence/<log>/cosign: a note, with signatures of those witnesses.
transport::Response evidence_cosign(const Surroundings& around, std::string_view log, std::string_view note,
                                    const tlog::TrustedKeys& witnesses, std::string_view path);

// GET /v1/trades/{id}/evidence
transport::Response trade_evidence(const Surroundings& around, std::string_view id, std::string_view path);

}  // namespace clearspan::gateway
