// The client of a witness, against a witness that follows a script.
#include "actors/gateway/witness_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "codecs/tlog/add_checkpoint.hpp"
#include "codecs/tlog/note.hpp"
#include "ledgers/transport/http_server.hpp"
#include "tests/actors/gateway/recording_engine.hpp"
#include "tests/patience.hpp"

namespace clearspan::gateway {
namespace {

constexpr Millis kInterval{10};

// Signs whatever follows from what it has, unless its script says otherwise.
class ScriptedWitness {
 public:
  using Script = std::function<std::optional<transport::Response>(const tlog::AddCheckpoint&)>;

  ScriptedWitness() {
    auto server =
        transport::HttpServer::start({}, [this](const transport::Request& request, const transport::Respond& respond) {
          respond(request.path() == "/w/add-checkpoint" ? answer(request.body()) : text(404, "nothing here"));
        });
    server_ = std::move(server).value();
  }

  [[nodiscard]] Witness address() const {
    return {*transport::parse_url("http://127.0.0.1:" + std::to_string(server_->port()) + "/w"),
            {"witness.example", tlog::KeyType::witness, signer_.public_key()}};
  }

  static transport::Response text(int status, std::string body) {
    transport::Response response;
    response.status = status;
    response.body = std::move(body);
    response.content_type = "text/plain";
    return response;
  }

  std::string sign(const std::string& note_text, const std::string& name = "witness.example") const {
    return tlog::to_string(tlog::Note{"", {tlog::cosign(note_text, name, 1'700'000'000, signer_)}}).substr(1);
  }

  void set_script(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }

  [[nodiscard]] tlog::Checkpoint last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  void know(const tlog::Checkpoint& head) {
    const std::lock_guard lock(mutex_);
    last_ = head;
  }

  std::atomic<int> requests{0};

 private:
  transport::Response answer(std::string_view body) {
    ++requests;
    const std::lock_guard lock(mutex_);
    const auto request = tlog::parse_add_checkpoint(body);
    if (!request.ok()) return text(400, describe(request.error()));
    if (script_) {
      if (auto scripted = script_(*request)) return std::move(*scripted);
    }
    const tlog::Note note = tlog::parse_note(request->note).value();
    const tlog::Checkpoint head = tlog::parse_checkpoint(note.text).value();
    if (request->old_size != last_.size) return text(409, std::to_string(last_.size) + "\n");
    const Hash32 root = last_.size == 0 ? tlog::empty_root() : last_.root;
    if (!tlog::verify_consistency(last_.size, root, head.size, head.root, request->consistency).ok()) {
      return text(422, "inconsistent");
    }
    last_ = head;
    return text(200, sign(note.text));
  }

  mutable std::mutex mutex_;
  const crypto::Ed25519Signer signer_{crypto::SecretKey(std::array<std::uint8_t, 32>{8})};
  tlog::Checkpoint last_;
  Script script_;
  std::unique_ptr<transport::HttpServer> server_;
};

class WitnessClients : public ::testing::Test {
 protected:
  WitnessClients() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clearspan_witness_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    engine_ = std::make_unique<RecordingEngine>(folder_, std::vector<LedgerStatus>{});
  }

  ~WitnessClients() override {
    client_.reset();
    engine_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void start(const Witness& witness) {
    client_ = std::make_unique<WitnessClient>(engine_->archive(), witness, kInterval);
  }

  void grow(std::size_t records) {
    evidence::ViewAdvanced view;
    view.ledger = {"a-coin"};
    view.block.bytes.fill(1);
    engine_->record(std::vector<evidence::Record>(records, {Timestamp{}, view}));
    ASSERT_TRUE(publisher().publish().ok());
  }

  evidence::Publisher& publisher() { return engine_->archive().publisher(0); }

  [[nodiscard]] std::size_t signatures() {
    return tlog::parse_note(publisher().checkpoint()).value().signatures.size();
  }

  std::string folder_;
  ScriptedWitness witness_;
  std::unique_ptr<RecordingEngine> engine_;
  std::unique_ptr<WitnessClient> client_;
};

TEST_F(WitnessClients, every_new_checkpoint_is_signed_and_proven_from_the_one_before) {
  start(witness_.address());
  for (const std::size_t records : {1U, 2U, 300U, 7U}) {
    grow(records);
    EXPECT_TRUE(comes_true([&] { return signatures() == 2; })) << records;
    EXPECT_EQ(witness_.last(), publisher().head());
  }
  EXPECT_TRUE(comes_true([&] { return client_->status().cosigned == std::vector<std::uint64_t>{310}; }));
  EXPECT_TRUE(comes_true([&] { return client_->status().good; }));
  EXPECT_EQ(witness_.requests, 4);
  EXPECT_EQ(client_->status().failures, 0U);
}

TEST_F(WitnessClients, the_size_that_the_witness_has_is_learnt) {
  grow(5);
  start(witness_.address());
  ASSERT_TRUE(comes_true([&] { return signatures() == 2; }));
  client_.reset();
  grow(4);
  start(witness_.address());  // it does not know what the one before knew
  EXPECT_TRUE(comes_true([&] { return signatures() == 2; }));
  EXPECT_EQ(witness_.last().size, 9U);
  EXPECT_EQ(client_->status().failures, 0U);
}

TEST_F(WitnessClients, an_empty_log_is_not_sent) {
  start(witness_.address());
  std::this_thread::sleep_for(kInterval * 10);
  EXPECT_EQ(witness_.requests, 0);
}

TEST_F(WitnessClients, a_witness_that_comes_back_is_asked_again) {
  for (const int status : {500, 409}) {
    witness_.set_script([=](const tlog::AddCheckpoint&) { return ScriptedWitness::text(status, "99\n"); });
    grow(5);
    start(witness_.address());
    EXPECT_TRUE(comes_true([&] { return client_->status().failures >= 2; })) << status;
    EXPECT_FALSE(client_->status().good) << status;
    EXPECT_EQ(signatures(), 1U) << status;
    witness_.set_script({});
    EXPECT_TRUE(comes_true([&] { return signatures() == 2; })) << status;
    EXPECT_TRUE(comes_true([&] { return client_->status().good; })) << status;
    client_.reset();
  }
}

TEST_F(WitnessClients, signatures_of_others_in_the_answer_are_passed_over) {
  witness_.set_script([&](const tlog::AddCheckpoint& request) {
    const std::string text = tlog::parse_note(request.note).value().text;
    return ScriptedWitness::text(200, witness_.sign(text, "stranger.example") + witness_.sign(text));
  });
  grow(5);
  start(witness_.address());
  EXPECT_TRUE(comes_true([&] { return signatures() == 2; }));
  EXPECT_EQ(tlog::parse_note(publisher().checkpoint()).value().signatures.back().key_name, "witness.example");
}

TEST_F(WitnessClients, what_is_no_signature_of_the_witness_is_not_taken) {
  const auto text_of = [](const tlog::AddCheckpoint& request) { return tlog::parse_note(request.note).value().text; };
  const ScriptedWitness::Script scripts[] = {
      [](const tlog::AddCheckpoint&) { return ScriptedWitness::text(200, ""); },
      [](const tlog::AddCheckpoint&) { return ScriptedWitness::text(200, "thanks\n"); },
      [&](const tlog::AddCheckpoint& request) {
        return ScriptedWitness::text(200, witness_.sign(text_of(request), "stranger.example"));
      },
      [&](const tlog::AddCheckpoint&) { return ScriptedWitness::text(200, witness_.sign("another text\n")); },
      [&](const tlog::AddCheckpoint& request) {
        std::string line = witness_.sign(text_of(request));
        line.pop_back();
        return ScriptedWitness::text(200, line);
      },
      [](const tlog::AddCheckpoint&) { return ScriptedWitness::text(409, "x\n"); },
      [](const tlog::AddCheckpoint&) { return ScriptedWitness::text(409, "99\n"); },  // longer than the log
      [](const tlog::AddCheckpoint&) { return ScriptedWitness::text(409, "0\n"); },   // as was said
      [](const tlog::AddCheckpoint& request) {
        return ScriptedWitness::text(409, request.old_size == 2 ? "3\n" : "2\n");  // never content
      },
      [](const tlog::AddCheckpoint&) { return ScriptedWitness::text(422, "inconsistent"); },
  };
  grow(5);
  for (const auto& script : scripts) {
    witness_.set_script(script);
    start(witness_.address());
    EXPECT_TRUE(comes_true([&] { return client_->status().failures >= 1; })) << &script - scripts;
    EXPECT_EQ(signatures(), 1U) << &script - scripts;
    EXPECT_EQ(client_->status().cosigned, std::vector<std::uint64_t>{0}) << &script - scripts;
    client_.reset();
  }
}

TEST_F(WitnessClients, a_witness_that_is_not_there_holds_nothing_up) {
  Witness nobody = witness_.address();
  nobody.url = *transport::parse_url("http://127.0.0.1:1");
  start(nobody);
  grow(5);
  EXPECT_TRUE(comes_true([&] { return client_->status().failures >= 2; }));
  EXPECT_FALSE(client_->status().good);
  const auto before = std::chrono::steady_clock::now();
  client_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, Millis(5000));
}

}  // namespace
}  // namespace clearspan::gateway
