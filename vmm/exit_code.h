// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace unpark {

// What the program's exit status says. Documented in --help and in docs/command-line.md.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,       // it ran and something went wrong: a step did not come, a check failed
  kUsage = 2,        // bad command line or bad input: nothing was started
  kCannotStart = 3,  // this host or its resources cannot: no KVM, no SMM, socket or file in the way
};

}  // namespace unpark
