# Every third-party library, as an imported target. Where Debian's package ships no CMake config
# (CAF, libsecp256k1, libsodium, jemalloc), headers and libraries are found by hand.

set(OPENSSL_USE_STATIC_LIBS OFF)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(RocksDB REQUIRED)
find_package(prometheus-cpp REQUIRED)

function(clearspan_find_library target header library)
  find_path(${target}_INCLUDE ${header} REQUIRED)
  find_library(${target}_LIBRARY ${library} REQUIRED)
  add_library(${target} UNKNOWN IMPORTED)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${target}_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES
                                                                                   ${${target}_INCLUDE})
endfunction()
clearspan_find_library(caf_core caf/all.hpp caf_core)
clearspan_find_library(secp256k1 secp256k1.h secp256k1)
clearspan_find_library(sodium sodium.h sodium)
clearspan_find_library(jemalloc jemalloc/jemalloc.h jemalloc)

if(CLEARSPAN_TESTS)
  include(GoogleTest)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
if(CLEARSPAN_BENCH)
  find_package(benchmark REQUIRED)
endif()
