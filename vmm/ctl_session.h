// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ostream>
#include <string>
#include <string_view>

#include "devices/result.h"
#include "vmm/ctl_client.h"
#include "vmm/json_text.h"
#include "vmm/qmp_client.h"

namespace unpark {

// Why a verb ends early: its exit status, and the sentence for `err`.
struct CtlFailure {
  int status = kCtlDone;
  std::string message;
  bool command_not_found = false;
};

// A connection for a verb: what the server returns, or the verb's failure.
class CtlSession {
 public:
  static Result<CtlSession, CtlFailure> connect(const std::string& path, const CtlOptions& options);

  // The "return" member of the answer.
  Result<Json, CtlFailure> ask(std::string_view command);
  Result<Json, CtlFailure> ask(std::string_view command, const JsonText& arguments);
  // The answer as it came.
  Result<std::string, CtlFailure> raw(std::string_view request);
  // The next event, or null if none comes within `timeout`.
  Result<Json, CtlFailure> next_event(Nanoseconds timeout);

 private:
  explicit CtlSession(QmpClient client) : client_(std::move(client)) {}
  QmpClient client_;
};

// Prints the failure and gives its exit status.
int report(const CtlFailure& failure, const CtlOptions& options);

}  // namespace unpark
