// SPDX-License-Identifier: Apache-2.0
#pragma once
namespace unpark::cli {

// Prints a table of what the host's KVM offers and lacks. ExitCode kOk, or kFailed if something
// that a machine needs is missing.
int check_host(bool json);

}  // namespace unpark::cli
