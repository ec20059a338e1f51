#include "codecs/crypto/key_file.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace clearspan::crypto {
namespace {

constexpr std::size_t kKeyFileBytesMax = 128;  // 66 digits and a line end, with room for white space
constexpr mode_t kOthersRights = 077;
constexpr mode_t kOwnerOnly = 0600;

class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}

  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// A buffer for the file's text that does not outlive its use.
struct WipedText {
  std::array<char, kKeyFileBytesMax> bytes{};

  ~WipedText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

Error io_error(const std::filesystem::path& path, const char* action) {
  return make_error(ErrorCode::storage_failed, std::string(action) + ": " + std::strerror(errno), path.string());
}

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  return text;
}

}  // namespace

Result<SecretKey> read_key_file(const std::filesystem::path& path) {
  const File file(path, O_RDONLY | O_NONBLOCK);  // opening a pipe by mistake does not wait
  if (!file.is_open()) return io_error(path, "cannot open the key file");

  struct stat status {};

  if (::fstat(file.descriptor(), &status) != 0) return io_error(path, "cannot inspect the key file");
  if (!S_ISREG(status.st_mode)) return make_error(ErrorCode::key_file_insecure, "not a regular file", path.string());
  if ((status.st_mode & kOthersRights) != 0) {
    return make_error(ErrorCode::key_file_insecure, "group or others have rights on it; use chmod 600", path.string());
  }
  WipedText text;
  const ssize_t size = ::read(file.descriptor(), text.bytes.data(), text.bytes.size());
  if (size < 0) return io_error(path, "cannot read the key file");
  if (static_cast<std::size_t>(size) == text.bytes.size()) {
    return make_error(ErrorCode::key_invalid, "the file is too long", path.string());
  }
  auto key = SecretKey::from_hex_digits(without_trailing_space({text.bytes.data(), static_cast<std::size_t>(size)}));
  if (!key.ok()) return make_error(ErrorCode::key_invalid, key.error().detail, path.string());
  return key;
}

Status write_new_key_file(const std::filesystem::path& path, const SecretKey& key) {
  const File file(path, O_WRONLY | O_CREAT | O_EXCL, kOwnerOnly);
  if (!file.is_open()) return io_error(path, "cannot create the key file");
  std::string text = to_hex(key.expose());
  text += '\n';
  const ssize_t written = ::write(file.descriptor(), text.data(), text.size());
  const bool is_complete = written == static_cast<ssize_t>(text.size());
  OPENSSL_cleanse(text.data(), text.size());
  if (!is_complete || ::fsync(file.descriptor()) != 0) {
    const Error error = io_error(path, "cannot write the key file");
    ::unlink(path.c_str());
    return error;
  }
  return Done{};
}

Result<OwnKey> read_or_make_key_file(const std::filesystem::path& path) {
  std::error_code failure;
  if (std::filesystem::exists(path, failure)) {
    CLEARSPAN_TRY(SecretKey key, read_key_file(path));
    return OwnKey{std::move(key), false};
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
  if (failure) return make_error(ErrorCode::storage_failed, path.parent_path().string() + ": " + failure.message());
  SecretKey key = SecretKey::random();
  CLEARSPAN_CHECK_OK(write_new_key_file(path, key));
  return OwnKey{std::move(key), true};
}

}  // namespace clearspan::crypto
