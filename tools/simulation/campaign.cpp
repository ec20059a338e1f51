#include "tools/simulation/campaign.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <sstream>

namespace clearspan::sim {
namespace {

// Seeds that one child process runs before the next takes over: a life leaves its actor systems in memory.
constexpr std::uint64_t kSeedsPerChild = 16;

// A child answers with one line per seed, "seed events trades hash count...", then one "! text" per violation; before
// each it says "@ seed", so that the seed is known if the child does not survive it.
void run_child(const CampaignOptions& options, std::uint64_t first, std::uint64_t count, int output) {
  const auto say = [output](const std::string& line) {
    CLEARSPAN_VERIFY(::write(output, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  };
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    say(fmt::format("@ {}\n", seed));
    const Verdict verdict = World(seed, options.events).run();
    say(fmt::format("{} {} {} {} {}\n", seed, verdict.events, verdict.trades, verdict.trace_hash,
                    fmt::join(verdict.sometimes, " ")));
    for (const std::string& text : verdict.violations) say("! " + text + "\n");
  }
}

struct Child {
  pid_t pid = 0;
  int input = -1;
  std::string unread;
  std::uint64_t seed = 0;  // that it is at
};

class Campaign {
 public:
  Campaign(const CampaignOptions& options, const std::function<void(const CampaignResult&)>& on_seed)
      : options_(options), on_seed_(on_seed), next_seed_(options.first_seed) {}

  Result<CampaignResult> run() {
    while (next_seed_ < end_seed() || !children_.empty()) {
      while (children_.size() < options_.jobs && next_seed_ < end_seed()) CLEARSPAN_CHECK_OK(start_child());
      CLEARSPAN_CHECK_OK(read_children());
    }
    for (const auto& [seed, hash] : hashes_) {
      result_.trace_hash = (result_.trace_hash ^ hash) * 0x100000001b3ULL + seed;
    }
    result_.first_seed = options_.first_seed;
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::uint64_t end_seed() const { return options_.first_seed + options_.seeds; }

  Status start_child() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return make_error(ErrorCode::storage_failed, std::strerror(errno));
    const std::uint64_t count = std::min(kSeedsPerChild, end_seed() - next_seed_);
    const pid_t pid = ::fork();
    if (pid < 0) return make_error(ErrorCode::storage_failed, std::strerror(errno));
    if (pid == 0) {
      ::close(ends[0]);
      run_child(options_, next_seed_, count, ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    children_.push_back({pid, ends[0], {}, next_seed_});
    next_seed_ += count;
    return Done{};
  }

  Status read_children() {
    std::vector<pollfd> waiting;
    for (const Child& child : children_) waiting.push_back({child.input, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), -1) < 0)
      return make_error(ErrorCode::storage_failed, std::strerror(errno));
    for (std::size_t i = waiting.size(); i-- > 0;) {
      if (waiting[i].revents == 0) continue;
      std::array<char, 65'536> bytes{};
      const ssize_t count = ::read(waiting[i].fd, bytes.data(), bytes.size());
      if (count > 0) {
        children_[i].unread.append(bytes.data(), static_cast<std::size_t>(count));
        take_lines(children_[i]);
      } else {
        end_child(children_[i]);
        children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    return Done{};
  }

  void take_lines(Child& child) {
    for (std::size_t end = 0; (end = child.unread.find('\n')) != std::string::npos;) {
      take_line(child, child.unread.substr(0, end));
      child.unread.erase(0, end + 1);
    }
  }

  void take_line(Child& child, const std::string& line) {
    if (line.starts_with("! ")) {
      result_.violations.push_back(line.substr(2));
    } else if (line.starts_with("@ ")) {
      child.seed = std::stoull(line.substr(2));
    } else {
      std::istringstream numbers(line);
      std::uint64_t seed = 0;
      std::uint64_t events = 0;
      std::uint64_t trades = 0;
      numbers >> seed >> events >> trades;
      numbers >> hashes_[seed];
      result_.events += events;
      result_.trades += trades;
      for (std::uint64_t& total : result_.sometimes) {
        std::uint64_t here = 0;
        numbers >> here;
        total += here;
      }
      ++result_.seeds;
      on_seed_(result_);
    }
  }

  void end_child(const Child& child) {
    ::close(child.input);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    if (status == 0) return;
    result_.violations.push_back(fmt::format("seed {}: the process ended with {} {}", child.seed,
                                             WIFSIGNALED(status) ? "signal" : "status",
                                             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
  }

  const CampaignOptions& options_;
  const std::function<void(const CampaignResult&)>& on_seed_;
  std::uint64_t next_seed_;
  std::vector<Child> children_;
  std::map<std::uint64_t, std::uint64_t> hashes_;
  CampaignResult result_;
};

}  // namespace

std::vector<std::string_view> CampaignResult::never_reached() const {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < sometimes.size(); ++i) {
    if (sometimes[i] == 0) names.push_back(kSometimesNames[i]);
  }
  return names;
}

Result<CampaignResult> run_campaign(const CampaignOptions& options,
                                    const std::function<void(const CampaignResult&)>& on_seed) {
  const auto begin = std::chrono::steady_clock::now();
  CLEARSPAN_TRY(CampaignResult result, Campaign(options, on_seed).run());
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

std::string to_json(const CampaignResult& result) {
  std::vector<std::string> states;
  for (std::size_t i = 0; i < result.sometimes.size(); ++i) {
    states.push_back(fmt::format("\"{}\":{}", kSometimesNames[i], result.sometimes[i]));
  }
  return fmt::format(
      "{{\"first_seed\":{},\"seeds\":{},\"events\":{},\"trades\":{},\"violations\":{},\"trace_hash\":\"{:016x}\","
      "\"seconds\":{:.1f},\"sometimes\":{{{}}}}}",
      result.first_seed, result.seeds, result.events, result.trades, result.violations.size(), result.trace_hash,
      result.seconds, fmt::join(states, ","));
}

}  // namespace clearspan::sim
