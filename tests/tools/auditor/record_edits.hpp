// Finding records in a log that a Scribe wrote, to change or drop them.
#pragma once

#include "tests/tools/auditor/scribe.hpp"

namespace clearspan::audit {

template <class Body>
Body& nth(Scribe& scribe, std::size_t n) {
  for (evidence::Record& record : scribe.logs[0]) {
    if (auto* body = std::get_if<Body>(&record.body)) {
      if (n-- == 0) return *body;
    }
  }
  ADD_FAILURE() << "there is no such record";
  std::abort();
}

// The recorded outcome of that kind, in the order of the log.
inline Outcome& outcome(Scribe& scribe, MovementKind kind) {
  for (evidence::Record& record : scribe.logs[0]) {
    auto* body = std::get_if<evidence::TradeEvent>(&record.body);
    auto* fact = body == nullptr ? nullptr : std::get_if<OutcomeFinal>(&body->event);
    if (fact != nullptr && fact->outcome.kind == kind) return fact->outcome;
  }
  ADD_FAILURE() << "there is no such outcome";
  std::abort();
}

inline void drop(Scribe& scribe, const std::function<bool(const evidence::RecordBody&)>& is_it) {
  std::erase_if(scribe.logs[0], [&](const evidence::Record& record) { return is_it(record.body); });
}

template <class E>
bool is_event(const evidence::RecordBody& body) {
  const auto* event = std::get_if<evidence::TradeEvent>(&body);
  return event != nullptr && std::holds_alternative<E>(event->event);
}

}  // namespace clearspan::audit
