#include "tests/actors/gateway/gateway_world.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "ledgers/simulated/in_process_connector.hpp"

namespace clearspan::gateway {
namespace {

EngineTag test_tag() {
  EngineTag tag;
  tag.bytes.fill(0x42);
  return tag;
}

// A ledger with one account, "stranger", whose key the engine does not have.
std::shared_ptr<simulated::Ledger> make_ledger(const char* name, const char* asset, const Clock& clock) {
  simulated::Genesis genesis = simulated::demo_genesis({name}, {asset});
  const crypto::SecretKey unknown = crypto::SecretKey::random();
  genesis.accounts.push_back({{"stranger"}, crypto::Ed25519Signer(unknown).public_key(), {}});
  return std::make_shared<simulated::Ledger>(std::move(genesis), clock, 1);
}

std::shared_ptr<Connector> make_connector(const std::shared_ptr<simulated::Ledger>& ledger) {
  const simulated::Genesis& genesis = ledger->genesis();
  const auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
  for (const auto& account : genesis.accounts) {
    if (account.id.text == "stranger") continue;
    EXPECT_TRUE(keys->add(account.id, simulated::demo_key(account.id)).ok());
  }
  return std::make_shared<simulated::InProcessConnector>(ledger, simulated::options_for(genesis, test_tag()), keys);
}

Profile carol() {
  Profile profile;
  profile.name = "carol";
  profile.source_ledger = {"a-coin"};
  profile.source_asset = {"ACN"};
  profile.source_account = {"exchanger"};
  profile.destination_ledger = {"b-coin"};
  profile.destination_asset = {"BCN"};
  profile.destination_account = {"exchanger"};
  profile.rate = {3, 2};
  profile.fee = Amount(10);
  profile.amount_min = Amount(2);
  profile.amount_max = Amount(1'000'000);
  return profile;
}

}  // namespace

std::string Answer::at(std::string_view path) const {
  json::Value value = root;
  while (!path.empty()) {
    const std::string_view step = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    std::optional<json::Value> next;
    if (const auto object = value.if_object()) next = object->find(step);
    if (const auto array = value.if_array()) {
      std::size_t left = std::stoul(std::string(step));
      for (const json::Value element : *array) {
        if (left-- == 0) {
          next = element;
          break;
        }
      }
    }
    if (!next) return "(none)";
    value = *next;
  }
  if (const auto text = value.if_string()) return std::string(*text);
  if (const auto number = value.if_u64()) return std::to_string(*number);
  if (const auto truth = value.if_boolean()) return *truth ? "true" : "false";
  return value.is_null() ? "null" : "(container)";
}

std::string Answer::header(std::string_view name) const {
  return std::string(http.header(name).value_or(""));
}

std::string Answer::problem() const {
  const std::string field = at("field");
  return std::to_string(status) + " " + at("code") + (field == "(none)" ? "" : " " + field);
}

GatewayWorld::GatewayWorld() : profiles_{carol()} {
  std::string pattern = (std::filesystem::temp_directory_path() / "clearspan_gateway_XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  ledgers_ = {make_ledger("a-coin", "ACN", clock_), make_ledger("b-coin", "BCN", clock_)};
  for (const auto& ledger : ledgers_) connectors_.push_back(make_connector(ledger));
  restart();
}

GatewayWorld::~GatewayWorld() {
  engine_->release_held();
  gateway_.reset();
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void GatewayWorld::restart() {
  client_.reset();
  gateway_.reset();
  engine_.reset();
  engine_ = std::make_unique<RecordingEngine>(folder_, std::vector{status_of(0), status_of(1)});
  GatewayOptions options;
  options.bearer_key = kTestKey;
  options.profiles = profiles_;
  options.ledgers = connectors_;
  options.engine_tag = test_tag();
  options.evidence = evidence_;
  auto gateway = Gateway::start(*engine_, clock_, std::move(options));
  ASSERT_TRUE(gateway.ok()) << describe(gateway.error());
  gateway_ = std::move(gateway).value();
  client_ = std::make_unique<transport::HttpClient>(connect());
}

LedgerStatus GatewayWorld::status_of(std::size_t ledger) const {
  LedgerStatus status;
  status.traits = connectors_[ledger]->traits();
  status.latest = {1000};
  status.final_height = {1000};
  status.processed = {990};
  status.time = {1000};
  status.seen = clock_.now();
  status.reachable = true;
  status.bytes_verified = 123'456;
  return status;
}

transport::HttpClient GatewayWorld::connect() const {
  return {*transport::parse_url("http://127.0.0.1:" + std::to_string(gateway_->port())), {}};
}

transport::HttpRequest GatewayWorld::create_request(const std::string& body, const std::string& idempotency_key) {
  transport::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/trades";
  request.headers = {{"Authorization", std::string("Bearer ") + kTestKey}, {"Content-Type", "application/json"}};
  if (!idempotency_key.empty()) request.headers.emplace_back("Idempotency-Key", idempotency_key);
  request.body = body;
  return request;
}

Answer GatewayWorld::read(transport::HttpResponse response) {
  Answer answer;
  answer.status = response.status;
  answer.http = std::move(response);
  if (auto root = answer.document->parse(answer.http.body); root.ok())
    answer.root = *root;
  else
    answer.root = answer.document->parse("null").value();
  return answer;
}

Answer GatewayWorld::send(const transport::HttpRequest& request) {
  auto response = client_->request(request, Millis(30'000));
  if (!response.ok()) {
    ADD_FAILURE() << describe(response.error());
    return read({});
  }
  return read(std::move(response).value());
}

Answer GatewayWorld::get(const std::string& target) {
  transport::HttpRequest request;
  request.target = target;
  request.headers = {{"Authorization", std::string("Bearer ") + kTestKey}};
  return send(request);
}

Answer GatewayWorld::post(const std::string& body, const std::string& idempotency_key) {
  return send(create_request(body, idempotency_key));
}

std::string payment(const std::string& units) {
  return R"({"scenario":"payment","payer":"alice","merchant":"bob","profile":"carol","amount":{"units":")" + units +
         R"(","scale":2},"placed_by":"engine"})";
}

std::string pvp() {
  return R"({"scenario":"pvp","legs":[)"
         R"({"ledger":"a-coin","asset":"ACN","amount":{"units":"500","scale":2},"from":"alice","to":"bob","placed_by":"engine"},)"
         R"({"ledger":"b-coin","asset":"BCN","amount":{"units":"700","scale":2},"from":"bob","to":"alice","placed_by":"payer"}]})";
}

}  // namespace clearspan::gateway
