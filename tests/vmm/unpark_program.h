// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/vmm/temp_dir.h"

namespace unpark {

struct ProgramEnd {
  int status = -1;  // exit status; -1: could not start, or a signal ended it
  std::string out, err;
};

inline std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

// Runs a program, found in PATH unless its name has a slash, with nothing on its standard input,
// and waits for its end.
inline ProgramEnd run_program(std::vector<std::string> words) {
  const TempDir scratch;
  const std::string out = scratch / "out", err = scratch / "err";
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), ::environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return {};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
}

// The program itself, as CMake built it beside this test.
inline ProgramEnd run_unpark(std::vector<std::string> arguments) {
  ::unsetenv("CLICOLOR_FORCE");
  arguments.insert(arguments.begin(), UNPARK_PROGRAM);
  return run_program(std::move(arguments));
}

}  // namespace unpark
