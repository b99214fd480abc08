// SPDX-License-Identifier: Apache-2.0
#pragma once
namespace unpark::cli {

// Runs the main job with both triggers and shows it: tables, or one JSON object. ExitCode kOk, or
// kFailed if a step did not come or a check failed.
int demo(bool json);

}  // namespace unpark::cli
