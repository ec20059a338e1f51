// What the node of a simulated ledger answers. Every answer is JSON; every failure is problem+json with our error code.
//
//   GET    /v1/head                                {"ledger":"a-coin","number":5,"hash":H}
//   GET    /v1/blocks/{number}                     the block (codecs/simulated/block.hpp)
//   GET    /v1/balances/{account}/{asset}?height=N {"amount":"12"}
//   POST   /v1/txns           {"raw":HEX}          {}; content and signature (codecs/simulated/txn.hpp)
//   GET    /v1/books                               books.hpp
//   GET    /v1/effects                             books.hpp
//
//   POST   /v1/admin/blocks           {"count":3}                            {"number":8}
//   POST   /v1/admin/reorganisations  {"depth":2,"txns":"returned"|"dropped"} {"number":8}
//   POST   /v1/admin/faults           {"action":"drop","account":"eve",...}  {}; the fields of FaultRule
//   DELETE /v1/admin/faults                                                  {}
//   POST   /v1/admin/node             {"fault":"stalled","blocks":20}        {}; blocks may be left out
//
// The admin part exists because this is a ledger for development and demos. It has no key: serve it on loopback only.
#pragma once

#include "ledgers/simulated/ledger.hpp"
#include "ledgers/transport/request.hpp"
#include "ledgers/transport/response.hpp"

namespace clearspan::simulated {

transport::Response answer(Ledger& ledger, const transport::Request& request);

// {"ledger":"a-coin","number":5,"hash":H}
std::string head_json(const Ledger& ledger, const Head& head);

}  // namespace clearspan::simulated
