#include "tests/evidence/node_verifier.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace clearspan::evidence_tests {

bool NodeVerifier::is_there() {
  return std::system("node --version >/dev/null 2>&1") == 0;
}

NodeVerifier::NodeVerifier(const std::string& mode, const std::string& trust_file) {
  std::array<int, 2> requests{};
  std::array<int, 2> answers{};
  if (::pipe(requests.data()) != 0 || ::pipe(answers.data()) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(requests[0], STDIN_FILENO);
    ::dup2(answers[1], STDOUT_FILENO);
    for (const int end : {requests[0], requests[1], answers[0], answers[1]}) ::close(end);
    ::execlp("node", "node", "tools/verifier/verify.mjs", mode.c_str(), "--trust", trust_file.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(requests[0]);
  ::close(answers[1]);
  requests_ = requests[1];
  answers_ = ::fdopen(answers[0], "r");
}

NodeVerifier::~NodeVerifier() {
  ::close(requests_);
  std::fclose(answers_);
  ::waitpid(pid_, nullptr, 0);
}

void NodeVerifier::write_all(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(requests_, bytes.data(), bytes.size());
    if (written <= 0) throw std::runtime_error("the JavaScript verifier takes no requests");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::string NodeVerifier::read_line() {
  std::string line;
  for (int c = std::fgetc(answers_); c != '\n'; c = std::fgetc(answers_)) {
    if (c == EOF) throw std::runtime_error("the JavaScript verifier has ended: " + line);
    line += static_cast<char>(c);
  }
  return line;
}

std::string NodeVerifier::state_bundle(ByteView bundle) {
  std::array<std::uint8_t, 4> length{};
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<std::uint8_t>(bundle.size() >> (8 * (length.size() - 1 - i)));
  }
  write_all(length);
  write_all(bundle);
  return read_line();
}

std::string NodeVerifier::state_path(const std::string& path) {
  write_all(as_bytes(path + "\n"));
  return read_line();
}

}  // namespace clearspan::evidence_tests
