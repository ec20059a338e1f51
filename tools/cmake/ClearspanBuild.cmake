# The shapes of target in this project: a library per folder, a test executable per folder, a benchmark executable per
# folder, and an executable per fuzz target. A folder's CMakeLists.txt names its dependencies and nothing else: its
# sources are the *.cpp files in it.

find_program(CLEARSPAN_CCACHE ccache)
if(CLEARSPAN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CLEARSPAN_CCACHE})
endif()
find_program(CLEARSPAN_MOLD mold)
if(CLEARSPAN_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(clearspan_options INTERFACE)
target_include_directories(clearspan_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(
  clearspan_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wswitch-enum
            -Werror
            # At -O3, g++ 12 sees overlapping std::string copies (GCC bug 105329) and uninitialised std::variant members
            # where there are none.
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
            $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
            # And writes past the end of byte vectors that have just grown. The sanitizers look
            # for real ones, and the other builds warn.
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-stringop-overflow>
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-stringop-overread>
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-array-bounds>)

# clearspan_allocate_with_jemalloc(TARGET): for executables that run the engine or measure it (docs/adr/008). A sanitizer
# brings an allocator of its own.
function(clearspan_allocate_with_jemalloc target)
  if(NOT CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize")
    target_link_libraries(${target} PRIVATE -Wl,--no-as-needed jemalloc -Wl,--as-needed)
  endif()
endfunction()

# clearspan_library(NAME dependency...): a static library of the *.cpp files of the current folder.
function(clearspan_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC clearspan_options ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE clearspan_options ${ARGN})
  endif()
endfunction()

# clearspan_test(NAME dependency...): one GoogleTest executable of the *_test.cpp files of the current folder. Tests run
# in the project's root, where configs/ is; CLEARSPAN_CORPUS may name the folder of real block data.
function(clearspan_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE clearspan_options ${ARGN} GTest::gmock GTest::gtest_main rapidcheck)
  gtest_discover_tests(
    ${name}
    TEST_PREFIX "${name}."
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300)
endfunction()

# clearspan_bench(NAME dependency...): one Google Benchmark executable of the *_bench.cpp files of the current folder, and
# a smoke run of it among the tests.
function(clearspan_bench name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE clearspan_options ${ARGN} benchmark::benchmark)
  clearspan_allocate_with_jemalloc(${name})
  if(CLEARSPAN_TESTS)
    add_test(
      NAME ${name}.smoke
      COMMAND ${name} --benchmark_min_time=0.001
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# clearspan_fuzz(NAME dependency... [SOURCES file...]): one executable of NAME_fuzz.cpp. In the preset `fuzz` it is
# libFuzzer's; in all others it replays the corpus, as the test fuzz.NAME. SOURCES are files of other folders, where the
# library that holds them is much larger than what the target needs.
function(clearspan_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  list(TRANSFORM arg_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/)
  add_executable(fuzz_${name} ${name}_fuzz.cpp ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE clearspan_options ${arg_UNPARSED_ARGUMENTS})
  if(CLEARSPAN_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_link_libraries(fuzz_${name} PRIVATE fuzz_replay)
  add_test(
    NAME fuzz.${name}
    COMMAND fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name} ${CMAKE_BINARY_DIR}/fuzz_seeds/${name}
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
  set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 300 FIXTURES_REQUIRED fuzz_seeds)
endfunction()
