// Where an engine that runs for a demo or a benchmark keeps its data: the folder that was asked for, or a temporary one
// that goes with this object.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace clearspan::tools {

class DataFolder {
 public:
  // `wanted`: empty for a temporary one, whose name begins with `stem`.
  DataFolder(std::string_view stem, const std::string& wanted) : path_(wanted), is_temporary_(wanted.empty()) {
    if (!is_temporary_) return;
    path_ = (std::filesystem::temp_directory_path() / fmt::format("{}-{}", stem, ::getpid())).string();
  }

  ~DataFolder() {
    std::error_code ignored;
    if (is_temporary_) std::filesystem::remove_all(path_, ignored);
  }

  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool is_temporary_;
};

}  // namespace clearspan::tools
