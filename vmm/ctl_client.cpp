// SPDX-License-Identifier: Apache-2.0
#include "vmm/ctl_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/ctl_format.h"
#include "vmm/ctl_session.h"
#include "vmm/json_members.h"
#include "vmm/qmp_parser.h"

namespace unpark {
namespace {

using Failed = Unexpected<CtlFailure>;

Result<Done, CtlFailure> status(const std::string& path, const CtlOptions& options) {
  CtlSession session = TRY(CtlSession::connect(path, options));
  const Json state = TRY(session.ask("query-status"));
  const Json possible = TRY(session.ask("query-hotpluggable-cpus"));
  const Json cpus = TRY(session.ask("query-cpus-fast"));
  if (options.json) {
    options.out << JsonObject{}
                       .add("query-status", json_text(state))
                       .add("query-hotpluggable-cpus", json_text(possible))
                       .add("query-cpus-fast", json_text(cpus))
                       .text()
                       .text
                << std::endl;
  } else {
    options.out << format_status(state, possible, cpus) << std::flush;
  }
  return Done{};
}

Result<Done, CtlFailure> trace(const std::string& path, const CtlOptions& options) {
  CtlSession session = TRY(CtlSession::connect(path, options));
  const Json records = TRY(session.ask("x-query-hotplug-trace"));
  if (options.json) {
    options.out << json_text(records).text << std::endl;
    return Done{};
  }
  if (records.empty()) options.out << "no CPU has been hot-added\n";
  for (const Json& record : records) options.out << format_trace_record(record);
  options.out << std::flush;
  return Done{};
}

// One request, as the server will read it: a client that sent half of one would wait for ever.
Result<std::string, CtlFailure> request_of(std::string_view text) {
  if (text.find_first_of("{}[]\"' \t\r\n") == std::string_view::npos && !text.empty()) {
    return JsonObject{}.add("execute", json_string(text)).text().text;
  }
  const std::string bytes = std::string{text} + "\n";
  std::string_view rest = bytes;
  QmpParser parser;
  const auto document = parser.next(rest);
  if (!document) return Failed{{kCtlUsage, "the request is not complete JSON"}};
  if (!*document) return Failed{{kCtlUsage, document->error().description}};
  if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return Failed{{kCtlUsage, "the request is more than one JSON object"}};
  }
  return std::string{**document};
}

Result<Done, CtlFailure> raw(const std::string& path, std::string_view text,
                             const CtlOptions& options) {
  const std::string request = TRY(request_of(text));
  CtlSession session = TRY(CtlSession::connect(path, options));
  auto answer = session.raw(request);
  if (!answer) {
    // The answer to quit may be lost with the machine, and has nothing to tell.
    const auto parsed = parse_json(request);
    if (parsed && string_member(*parsed, "execute") == "quit") return Done{};
    return Unexpected{std::move(answer).error()};
  }
  options.out << *answer << std::endl;
  const auto parsed = parse_json(*answer);
  if (!parsed || member(*parsed, "error") != nullptr) return Failed{{kCtlRefused, ""}};
  return Done{};
}

int status_of(const Result<Done, CtlFailure>& result, const CtlOptions& options) {
  if (result) return kCtlDone;
  if (result.error().message.empty()) return result.error().status;  // the answer has told it
  return report(result.error(), options);
}

}  // namespace

int ctl_status(const std::string& path, const CtlOptions& options) {
  return status_of(status(path, options), options);
}

int ctl_trace(const std::string& path, const CtlOptions& options) {
  return status_of(trace(path, options), options);
}

int ctl_raw(const std::string& path, std::string_view request, const CtlOptions& options) {
  return status_of(raw(path, request, options), options);
}

}  // namespace unpark
