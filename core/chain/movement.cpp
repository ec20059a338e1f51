#include "core/chain/movement.hpp"

namespace clearspan {

std::string_view to_string(MovementKind kind) {
  switch (kind) {
    case MovementKind::hold:
      return "hold";
    case MovementKind::release:
      return "release";
    case MovementKind::refund:
      return "refund";
    case MovementKind::payment:
      return "payment";
  }
  return "unknown";
}

}  // namespace clearspan
