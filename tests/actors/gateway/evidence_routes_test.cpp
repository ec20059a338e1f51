// What others read of the evidence: checkpoints and tiles for everybody, entries and bundles with the key, and
// witnesses' signatures that come in.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "actors/gateway/witness_client.hpp"
#include "codecs/evidence/verify_bundle.hpp"
#include "codecs/tlog/note.hpp"
#include "codecs/tlog/tile.hpp"
#include "tests/actors/gateway/gateway_world.hpp"

namespace clearspan::gateway {
namespace {

constexpr const char* kLog = "/evidence/shard-0/";

class EvidenceRoutes : public GatewayWorld {
 protected:
  // Without the key.
  Answer fetch(const std::string& target, const std::string& method = "GET", const std::string& body = {}) {
    transport::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    return send(request);
  }

  Answer cosign(const std::string& note, const std::string& log = "shard-0") {
    transport::HttpRequest request;
    request.method = "POST";
    request.target = "/evidence/" + log + "/cosign";
    request.headers = {{"Authorization", std::string("Bearer ") + kTestKey}};
    request.body = note;
    return send(request);
  }

  evidence::Publisher& publisher() { return engine_->archive().publisher(0); }

  void publish() { ASSERT_TRUE(publisher().publish().ok()); }

  tlog::TrustedKeys trusted() { return tlog::TrustedKeys::parse(fetch("/evidence/keys").http.body).value(); }

  tlog::VerifiedCheckpoint checkpoint() {
    const Answer answer = fetch(std::string(kLog) + "checkpoint");
    const auto verified = tlog::verify_note(answer.http.body, trusted());
    EXPECT_TRUE(verified.ok()) << describe(verified.error()) << "\n" << answer.http.body;
    return verified.ok() ? *verified : tlog::VerifiedCheckpoint{};
  }

  // Records that say nothing, but are there.
  void grow(std::size_t records) {
    std::vector<evidence::Record> more;
    for (std::size_t i = 0; i < records; ++i) {
      evidence::ViewAdvanced view;
      view.ledger = {"a-coin"};
      view.height = {i};
      view.block.bytes.fill(1);
      more.push_back({clock_.now(), view});
    }
    engine_->record(more);
  }

  // A payment whose hold was refused at once. Its evidence needs no proof of a block.
  std::string reject_a_trade() {
    for (const char* ledger : {"a-coin", "b-coin"}) {
      evidence::LedgerDescribed described;
      described.description.ledger = {ledger};
      described.description.kind = "simulated";
      engine_->record({{clock_.now(), described}});
    }
    std::string id = post(payment()).at("id");
    const TradeId trade = *parse_trade_id(id);
    const MovementRefused refused{0, MovementKind::hold, ErrorCode::insufficient_funds, "alice has 3"};
    engine_->record({{clock_.now(), evidence::TradeEvent{trade, Started{}}},
                     {clock_.now(), evidence::TradeEvent{trade, refused}},
                     {clock_.now(), evidence::TradeEvent{trade, Decided{Decision::abort}}}});
    return id;
  }
};

TEST_F(EvidenceRoutes, anybody_reads_a_checkpoint_that_the_keys_verify) {
  post(payment());
  publish();
  const Answer answer = fetch(std::string(kLog) + "checkpoint");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.header("Cache-Control"), "no-cache");
  EXPECT_EQ(checkpoint().size, 1U);
  EXPECT_EQ(checkpoint().origin, publisher().public_key().name);
}

TEST_F(EvidenceRoutes, tiles_lead_to_the_root_of_the_checkpoint) {
  grow(300);
  publish();
  const tlog::VerifiedCheckpoint head = checkpoint();
  ASSERT_EQ(head.size, 300U);
  tlog::TileHashReader reader(head.size, [&](const tlog::Tile& tile) -> Result<Bytes> {
    const Answer answer = fetch(kLog + tlog::path_of(tile));
    EXPECT_EQ(answer.status, 200) << tlog::path_of(tile);
    EXPECT_EQ(answer.header("Content-Type"), "application/octet-stream");
    EXPECT_EQ(answer.header("Cache-Control"), tile.width == 256 ? "public, max-age=31536000, immutable" : "no-cache");
    const ByteView bytes = as_bytes(answer.http.body);
    return Bytes(bytes.begin(), bytes.end());
  });
  const auto root = tlog::tree_root(head.size, reader);
  ASSERT_TRUE(root.ok()) << describe(root.error());
  EXPECT_EQ(*root, head.root);
}

TEST_F(EvidenceRoutes, entries_are_the_leaves_of_the_tree) {
  grow(3);
  publish();
  const Answer answer = get(std::string(kLog) + "tile/entries/000.p/3");
  ASSERT_EQ(answer.status, 200) << answer.http.body;
  EXPECT_EQ(answer.header("Cache-Control"), "no-cache");
  const auto entries = tlog::decode_bundle(as_bytes(answer.http.body), 3);
  ASSERT_TRUE(entries.ok()) << describe(entries.error());
  const std::string leaves = fetch(std::string(kLog) + "tile/0/000.p/3").http.body;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(as_text(tlog::leaf_hash((*entries)[i]).view()), leaves.substr(32 * i, 32)) << i;
  }
}

TEST_F(EvidenceRoutes, what_is_not_there_is_not_found) {
  grow(300);
  publish();
  for (const char* path :
       {"tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/1/000", "tile/1/000.p/2", "tile/0/0", "tile/0/00a",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/8/000", "tile/-1/000", "tile/00/000", "tile/0/x000/000", "tile/0",
        "tile/0/", "tile/entries", "tile/0/000.p", "tile/0/000.p/", "tile/0/000/"}) {
    EXPECT_EQ(fetch(kLog + std::string(path)).problem(), "404 not_found") << path;
  }
  for (const char* path : {"tile/entries/001", "tile/entries/001.p/45", "tile/entries/1", "tile/entries/x",
                           "attachment/0", "attachment/300", "attachment/x", "attachment/00", "attachment/-1",
                           "attachment/", "attachment/99999999999999999999999"}) {
    EXPECT_EQ(get(kLog + std::string(path)).problem(), "404 not_found") << path;
  }
  for (const char* path : {"/evidence/shard-1/checkpoint", "/evidence/shard-0x/tile/0/000", "/evidence/keys/checkpoint",
                           "/evidence", "/evidence/shard-0", "/evidence/shard%2D0/checkpoint"}) {
    EXPECT_EQ(fetch(path).problem(), "404 not_found") << path;
  }
  EXPECT_EQ(cosign("note", "shard-1").problem(), "404 not_found");
  EXPECT_EQ(fetch("/evidence/keys", "POST", "x").header("Allow"), "GET");
}

TEST_F(EvidenceRoutes, nothing_beyond_the_checkpoint_is_served) {
  grow(5);
  EXPECT_EQ(checkpoint().size, 0U);
  EXPECT_EQ(fetch(std::string(kLog) + "tile/0/000.p/5").status, 404);
  publish();
  EXPECT_EQ(fetch(std::string(kLog) + "tile/0/000.p/5").status, 200);
  EXPECT_EQ(fetch(std::string(kLog) + "tile/0/000.p/4").status, 200);
}

TEST_F(EvidenceRoutes, entries_need_the_key_until_they_are_made_public) {
  grow(300);
  publish();
  for (const char* path : {"tile/entries/000", "attachment/0", "tile/entries/nothing"}) {
    EXPECT_EQ(fetch(kLog + std::string(path)).problem(), "401 unauthorized Authorization") << path;
  }
  EXPECT_EQ(get(std::string(kLog) + "tile/entries/000").header("Cache-Control"),
            "private, max-age=31536000, immutable");
  evidence_.public_entries = true;
  restart();
  const Answer answer = fetch(std::string(kLog) + "tile/entries/000");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(fetch(std::string(kLog) + "cosign", "POST", "x").problem(), "401 unauthorized Authorization");
}

TEST_F(EvidenceRoutes, an_attachment_is_what_its_record_commits_to) {
  evidence::TxnSigned txn;
  txn.ledger = {"a-coin"};
  txn.id.bytes.fill(5);
  txn.signer = {"alice"};
  txn.raw = {1, 2, 3};
  engine_->record({{clock_.now(), txn}});
  publish();
  const Answer answer = get(std::string(kLog) + "attachment/0");
  ASSERT_EQ(answer.status, 200) << answer.http.body;
  EXPECT_EQ(answer.http.body, std::string("\x82\x43\x01\x02\x03\x80"));  // [raw bytes, no movements]
  EXPECT_EQ(answer.header("Cache-Control"), "private, max-age=31536000, immutable");
}

TEST_F(EvidenceRoutes, the_bundle_of_a_trade_verifies_with_the_keys_alone) {
  const std::string id = reject_a_trade();
  const Answer answer = get("/v1/trades/" + id + "/evidence");
  ASSERT_EQ(answer.status, 200) << answer.http.body;
  EXPECT_EQ(answer.header("Content-Type"), "application/cbor");
  const auto bundle = evidence::decode_bundle(as_bytes(answer.http.body));
  ASSERT_TRUE(bundle.ok()) << describe(bundle.error());
  EXPECT_EQ(to_string(bundle->trade), id);
  const auto report = evidence::verify_bundle(*bundle, trusted(), {});
  ASSERT_TRUE(report.ok()) << describe(report.error());
  EXPECT_EQ(phase_of(report->state), Phase::rejected);
  EXPECT_EQ(report->events, 3U);
}

TEST_F(EvidenceRoutes, a_bundle_that_cannot_be_had_is_a_problem) {
  EXPECT_EQ(get("/v1/trades/00112233445566778899aabbccddeeff/evidence").problem(), "404 unknown_trade");
  EXPECT_EQ(get("/v1/trades/xyz/evidence").problem(), "404 unknown_trade");
  const std::string id = post(payment()).at("id");
  EXPECT_EQ(fetch("/v1/trades/" + id + "/evidence").problem(), "401 unauthorized Authorization");
  engine_->index_lags = true;
  EXPECT_EQ(get("/v1/trades/" + id + "/evidence").problem(), "503 not_ready");
  engine_->index_lags = false;
  Outcome outcome;
  outcome.ref = make_operation_ref(*parse_trade_id(id), 0, EngineTag{});
  outcome.position.block.bytes.fill(3);
  outcome.position.txn.bytes.fill(4);
  engine_->record({{clock_.now(), evidence::TradeEvent{*parse_trade_id(id), OutcomeFinal{{"a-coin"}, outcome}}}});
  EXPECT_EQ(get("/v1/trades/" + id + "/evidence").problem(), "409 proof_missing");
}

class Cosigning : public EvidenceRoutes {
 protected:
  Cosigning() {
    evidence_.witnesses.push_back({*transport::parse_url("http://127.0.0.1:1"), witness_key()});
    evidence_.witness_interval = Millis(3'600'000);  // it is not asked here
    restart();
  }

  [[nodiscard]] tlog::PublicKey witness_key() const {
    return {"witness.example", tlog::KeyType::witness, signer_.public_key()};
  }

  // The newest checkpoint with a signature of that name.
  [[nodiscard]] std::string cosigned(const std::string& name, std::uint64_t time = 1'700'000'000) {
    tlog::Note note = tlog::parse_note(publisher().checkpoint()).value();
    note.signatures.push_back(tlog::cosign(note.text, name, time, signer_));
    return tlog::to_string(note);
  }

  const crypto::Ed25519Signer signer_{crypto::SecretKey(std::array<std::uint8_t, 32>{8})};
};

TEST_F(Cosigning, a_witness_s_signature_stands_in_the_checkpoint_from_then_on) {
  grow(3);
  publish();
  const Answer answer = cosign(cosigned("witness.example"));
  ASSERT_EQ(answer.status, 200) << answer.http.body;
  EXPECT_EQ(answer.at("accepted"), "true");
  const std::string note = fetch(std::string(kLog) + "checkpoint").http.body;
  tlog::TrustedKeys keys = trusted();
  EXPECT_EQ(tlog::verify_note(note, keys).error().code, ErrorCode::untrusted_key);
  ASSERT_TRUE(keys.add(witness_key()).ok());
  const auto verified = tlog::verify_note(note, keys);
  ASSERT_TRUE(verified.ok()) << describe(verified.error());
  EXPECT_EQ(verified->witnesses, (std::vector<tlog::WitnessedAt>{{"witness.example", 1'700'000'000}}));
}

TEST_F(Cosigning, what_is_no_signature_of_a_configured_witness_is_refused) {
  grow(3);
  publish();
  const std::string before = publisher().checkpoint();
  const std::string good = cosigned("witness.example");
  EXPECT_EQ(cosign("").problem(), "400 checkpoint_malformed");
  EXPECT_EQ(cosign("x").problem(), "400 checkpoint_malformed");
  EXPECT_EQ(cosign(cosigned("stranger.example")).problem(), "422 untrusted_key");
  std::string altered = good;  // the last digit of the signature that counts whole
  altered[altered.size() - 10] = altered[altered.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(cosign(altered).problem(), "422 signature_invalid");
  tlog::Note other = tlog::parse_note(good).value();
  other.text = tlog::to_text({publisher().public_key().name, 2, Hash32{}});
  EXPECT_EQ(cosign(tlog::to_string(other)).problem(), "409 wrong_log_name");
  EXPECT_EQ(publisher().checkpoint(), before);
}

TEST_F(Cosigning, figures_tell_size_and_age_of_checkpoints_and_the_state_of_witnesses) {
  using Seconds = std::chrono::duration<double>;
  grow(3);
  const auto before = std::chrono::steady_clock::now();
  publish();
  const std::string figures = fetch("/metrics").http.body;
  const std::string name = "clearspan_checkpoint_age_seconds{log=\"shard-0\"} ";
  const std::size_t at = figures.find(name);
  ASSERT_NE(at, std::string::npos) << figures;
  const double age = std::stod(figures.substr(at + name.size()));
  EXPECT_GE(age, 0.0);
  EXPECT_LE(age, Seconds(std::chrono::steady_clock::now() - before).count());
  for (const char* line :
       {"clearspan_checkpoint_records{log=\"shard-0\"} 3", "clearspan_witness_good{witness=\"witness.example\"} 0",
        "clearspan_witness_records{witness=\"witness.example\",log=\"shard-0\"} 0",
        "clearspan_witness_failures_total{witness=\"witness.example\"} 0"}) {
    EXPECT_NE(figures.find(line), std::string::npos) << line << "\n" << figures;
  }
  EXPECT_NE(fetch("/metrics").http.body.find("route=\"metrics\""), std::string::npos);
}

}  // namespace
}  // namespace clearspan::gateway
