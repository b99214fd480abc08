# SPDX-License-Identifier: Apache-2.0
# Every host target links unpark_warnings: the warnings that are errors here, and the sanitizers.
add_library(unpark_warnings INTERFACE)
target_compile_options(unpark_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror
  # Designated initialisers that name only what differs are good style.
  -Wno-missing-field-initializers
  # g++ 12 claims it of every optional and variant with a destructor; clang and the sanitizers do not.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The statement expression of TRY is an extension on purpose.
  target_compile_options(unpark_warnings INTERFACE -Wthread-safety -Wno-gnu-statement-expression)
endif()
if(UNPARK_SANITIZE)
  target_compile_options(unpark_warnings INTERFACE
    -fsanitize=${UNPARK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(unpark_warnings INTERFACE -fsanitize=${UNPARK_SANITIZE})
endif()

# Headers of the project are included from its root: "devices/field.h".
target_include_directories(unpark_warnings INTERFACE ${PROJECT_SOURCE_DIR})

# What most files of a library include, parsed once.
function(unpark_precompile target)
  target_precompile_headers(${target} PRIVATE
    <array> <functional> <map> <memory> <optional> <string> <string_view> <variant> <vector> ${ARGN})
endfunction()
