// Reads one TOML table whose keys are all known: each is asked for once, and finish() refuses what nobody asked for.
// Every error is config_invalid with the key's full name. For config.cpp only, because of toml++'s weight.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace clearspan::tools {

class TomlReader {
 public:
  // `path` is the table's own name with a dot behind, or empty for the root.
  TomlReader(const toml::table& table, std::string path) : table_(&table), path_(std::move(path)) {}

  Result<std::string> text(std::string_view key) { return required<std::string>(key, optional_text(key)); }

  Result<std::optional<std::string>> optional_text(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::optional<std::string>{};
    const auto* text = node->as_string();
    if (text == nullptr || text->get().empty()) return error(key, "a text is required that is not empty");
    return std::optional(text->get());
  }

  Result<std::uint64_t> number(std::string_view key, std::uint64_t max) {
    return required<std::uint64_t>(key, optional_number(key, max));
  }

  Result<std::optional<std::uint64_t>> optional_number(std::string_view key, std::uint64_t max) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::optional<std::uint64_t>{};
    const auto* number = node->as_integer();
    if (number == nullptr) return error(key, "a whole number is required");
    if (number->get() < 0 || static_cast<std::uint64_t>(number->get()) > max) {
      return error(key, "the number must be 0 to " + std::to_string(max));
    }
    return std::optional(static_cast<std::uint64_t>(number->get()));
  }

  Result<bool> boolean_or(std::string_view key, bool otherwise) {
    const toml::node* node = find(key);
    if (node == nullptr) return otherwise;
    const auto* truth = node->as_boolean();
    if (truth == nullptr) return error(key, "true or false is required");
    return truth->get();
  }

  Result<std::vector<std::string>> texts(std::string_view key) {
    std::vector<std::string> texts;
    const toml::node* node = find(key);
    if (node == nullptr) return texts;
    const toml::array* array = node->as_array();
    if (array == nullptr) return error(key, "a list of texts is required");
    for (const toml::node& element : *array) {
      const auto* text = element.as_string();
      if (text == nullptr || text->get().empty()) return error(key, "a list of texts is required");
      texts.push_back(text->get());
    }
    return texts;
  }

  // The table [key]; none when it is absent.
  Result<std::optional<TomlReader>> table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::optional<TomlReader>{};
    const toml::table* table = node->as_table();
    if (table == nullptr) return error(key, "it is a table: [" + std::string(key) + "]");
    return std::optional(TomlReader(*table, path_ + std::string(key) + "."));
  }

  // The tables [[key]], in their order.
  Result<std::vector<TomlReader>> tables(std::string_view key) {
    std::vector<TomlReader> tables;
    const toml::node* node = find(key);
    if (node == nullptr) return tables;
    const std::string form = "it is a list of tables: [[" + std::string(key) + "]]";
    if (!node->is_array()) return error(key, form);
    for (const toml::node& element : *node->as_array()) {
      if (!element.is_table()) return error(key, form);
      tables.emplace_back(*element.as_table(), path_ + std::string(key) + "[" + std::to_string(tables.size()) + "].");
    }
    return tables;
  }

  [[nodiscard]] Status finish() const {
    for (const auto& [key, node] : *table_) {
      if (!asked_.contains(std::string(key.str()))) return error(key.str(), "there is no such key here");
    }
    return Done{};
  }

  // The node of the key, of whatever type; null when it is absent.
  const toml::node* find(std::string_view key) {
    asked_.emplace(key);
    return table_->get(key);
  }

  [[nodiscard]] Error error(std::string_view key, std::string detail) const {
    return make_error(ErrorCode::config_invalid, std::move(detail), path_ + std::string(key));
  }

 private:
  template <class T>
  Result<T> required(std::string_view key, Result<std::optional<T>> value) const {
    if (!value.ok()) return std::move(value).error();
    if (!*value) return error(key, "the key is required");
    return std::move(**value);
  }

  const toml::table* table_;
  std::string path_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace clearspan::tools
