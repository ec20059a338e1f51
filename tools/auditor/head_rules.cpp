// I6: what was published is what the logs hold.
#include <algorithm>
#include <set>

#include "codecs/crypto/sha256.hpp"
#include "codecs/tlog/merkle.hpp"
#include "codecs/tlog/note.hpp"
#include "ledgers/evidence/publisher.hpp"
#include "tools/auditor/rules.hpp"

namespace clearspan::audit {
namespace {

constexpr std::string_view kCheckpoint = "checkpoint";

std::string origin_of(const LogFacts& log) {
  return tlog::origin_of(log.identity.engine, log.identity.name);
}

// Roots of a log's tree at some of its sizes.
std::map<std::uint64_t, Hash32> roots_at(const LogFacts& log, const std::set<std::uint64_t>& sizes) {
  std::map<std::uint64_t, Hash32> roots;
  tlog::Frontier tree;
  if (sizes.contains(0)) roots[0] = tlog::empty_root();
  const std::uint64_t last = sizes.empty() ? 0 : *sizes.rbegin();
  for (std::size_t i = 0; i < log.heads.size() && i < last; ++i) {
    tree.append(log.heads[i]);
    if (sizes.contains(i + 1)) roots[i + 1] = tree.root();
  }
  return roots;
}

struct Head {
  std::string where;
  tlog::Checkpoint checkpoint;
};

Result<tlog::Checkpoint> read_head(const std::string& note, const Options& options) {
  if (options.trusted != nullptr) {
    CLEARSPAN_TRY(const auto verified, tlog::verify_note(note, *options.trusted));
    return tlog::Checkpoint{verified.origin, verified.size, verified.root};
  }
  CLEARSPAN_TRY(const tlog::Note parsed, tlog::parse_note(note));
  return tlog::parse_checkpoint(parsed.text);
}

// A small file of a log's directory; empty when there is none.
Result<std::string> read_small(evidence::Disk& disk, const std::string& directory, std::string_view name) {
  CLEARSPAN_TRY(const auto names, disk.list(directory));
  if (std::find(names.begin(), names.end(), name) == names.end()) return std::string();
  CLEARSPAN_TRY(const auto file, disk.open_to_read(directory + "/" + std::string(name)));
  Bytes text(tlog::kNoteBytesMax + 1);
  CLEARSPAN_TRY(const std::size_t size, file->read(0, text));
  return std::string(as_text(ByteView(text).first(size)));
}

void check_log_heads(const LogFacts& log, const std::vector<Head>& heads, Findings& findings) {
  std::set<std::uint64_t> sizes;
  for (const Head& head : heads) sizes.insert(std::min<std::uint64_t>(head.checkpoint.size, log.heads.size()));
  const auto roots = roots_at(log, sizes);
  for (const Head& head : heads) {
    const std::uint64_t size = head.checkpoint.size;
    if (size > log.heads.size()) {
      findings.add(Invariant::log, head.where + " covers " + std::to_string(size) + " records of " + log.identity.name +
                                       ", which holds " + std::to_string(log.heads.size()) + ": the log went back");
    } else if (roots.at(size) != head.checkpoint.root) {
      findings.add(Invariant::log, head.where + " has another tree of " + std::to_string(size) + " records than " +
                                       log.identity.name + ": what was published was altered");
    }
  }
}

// The anchors' roots, by what was recorded. That the ledger has them is for check_anchors.
void check_recorded_anchors(const LogFacts& log, Findings& findings) {
  std::set<std::uint64_t> sizes;
  for (const AnchorFact& anchor : log.anchors) sizes.insert(anchor.size);
  const auto roots = roots_at(log, sizes);
  for (const AnchorFact& anchor : log.anchors) {
    const auto root = roots.find(anchor.size);
    if (root != roots.end() && root->second == anchor.root) continue;
    findings.add(Invariant::log, "an anchor on " + anchor.ledger.text + " is of another tree than the log's",
                 {anchor.when.point});
  }
}

Hash32 digest_of(const LogFacts& log, std::uint64_t size, const Hash32& root) {
  return crypto::sha256(as_bytes(tlog::to_text(tlog::Checkpoint{origin_of(log), size, root})));
}

// The digests of every checkpoint that the logs could ever have had; worked out only when it must be known.
std::set<Hash32> all_digests(const Facts& facts) {
  std::set<Hash32> digests;
  for (const LogFacts& log : facts.logs) {
    tlog::Frontier tree;
    digests.insert(digest_of(log, 0, tlog::empty_root()));
    for (const Hash32& head : log.heads) {
      tree.append(head);
      digests.insert(digest_of(log, tree.size(), tree.root()));
    }
  }
  return digests;
}

}  // namespace

Status check_heads(const Evidence& evidence, const Facts& facts, const Options& options, Findings& findings) {
  std::map<std::string, std::vector<Head>> by_origin;
  for (const LogFacts& log : facts.logs) by_origin[origin_of(log)];
  const auto take = [&](const std::string& where, const std::string& note, const std::string& expected) {
    const auto checkpoint = read_head(note, options);
    if (!checkpoint.ok()) {
      return findings.add(Invariant::log, where + " is no checkpoint to believe: " + describe(checkpoint.error()));
    }
    const auto found = by_origin.find(checkpoint->origin);
    if (found == by_origin.end() || (!expected.empty() && checkpoint->origin != expected)) {
      return findings.add(Invariant::log, where + " is of another log: " + checkpoint->origin);
    }
    found->second.push_back({where, *checkpoint});
  };
  for (std::size_t shard = 0; shard < facts.logs.size(); ++shard) {
    for (const std::string_view name : {kCheckpoint, evidence::kWitnessedFile}) {
      CLEARSPAN_TRY(const std::string note, read_small(evidence.disk, log_directory(evidence, shard), name));
      const bool must_be_there = options.trusted != nullptr && name == kCheckpoint && !facts.logs[shard].heads.empty();
      if (note.empty() && must_be_there) {
        findings.add(Invariant::log, "shard-" + std::to_string(shard) + " has no checkpoint");
      }
      if (note.empty()) continue;
      take("the " + std::string(name) + " file of shard-" + std::to_string(shard), note, origin_of(facts.logs[shard]));
    }
  }
  for (std::size_t i = 0; i < options.heads.size(); ++i) {
    take("head " + std::to_string(i + 1) + " that was seen outside", options.heads[i], {});
  }
  for (const LogFacts& log : facts.logs) {
    check_log_heads(log, by_origin.at(origin_of(log)), findings);
    check_recorded_anchors(log, findings);
  }
  return Done{};
}

void check_anchors(const Facts& facts, const BookIndexes& books, Findings& findings) {
  std::set<Hash32> recorded;
  for (const LogFacts& log : facts.logs) {
    for (const AnchorFact& anchor : log.anchors) {
      const Hash32 digest = digest_of(log, anchor.size, anchor.root);
      recorded.insert(digest);
      const auto book = books.find(anchor.ledger);
      if (book == books.end() || book->second.is_rewritten(anchor.position.height)) continue;
      const BookEffect* effect = book->second.find_effect(anchor.position);
      if (effect != nullptr && effect->anchor == digest && effect->outcome.ok) continue;
      findings.add(Invariant::log, words(anchor.ledger, anchor.position) + ": the anchored checkpoint is not there",
                   {anchor.when.point});
    }
  }
  std::optional<std::set<Hash32>> possible;
  for (const auto& [ledger, index] : books) {
    for (const BookTxn& txn : index.book().txns) {
      if (!facts.is_our_key(ledger, txn.signer)) continue;
      for (const BookEffect& effect : txn.effects) {
        if (!effect.anchor || !effect.outcome.ok || recorded.contains(*effect.anchor)) continue;
        if (!possible) possible = all_digests(facts);
        if (possible->contains(*effect.anchor)) continue;
        findings.add(Invariant::log,
                     words(ledger, effect.outcome.position) + ": a checkpoint stands there that the logs never had");
      }
    }
  }
}

}  // namespace clearspan::audit
