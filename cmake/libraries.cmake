# SPDX-License-Identifier: Apache-2.0
# unpark_fmt and unpark_spdlog: Debian's shared libraries, or, with UNPARK_STATIC, the same code in archives, which
# Debian does not ship. Loading five shared libraries is most of the time from process start to main().
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Threads REQUIRED)

if(UNPARK_STATIC)
  add_library(unpark_fmt STATIC cmake/static_fmt.cpp)
  target_compile_features(unpark_fmt PUBLIC cxx_std_20)
  add_library(unpark_spdlog STATIC cmake/static_spdlog.cpp)
  target_compile_definitions(unpark_spdlog PUBLIC SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
  target_link_libraries(unpark_spdlog PUBLIC unpark_fmt Threads::Threads)
else()
  add_library(unpark_fmt INTERFACE)
  target_link_libraries(unpark_fmt INTERFACE fmt::fmt)
  add_library(unpark_spdlog INTERFACE)
  target_link_libraries(unpark_spdlog INTERFACE spdlog::spdlog)
endif()
