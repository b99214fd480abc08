// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "devices/result.h"
#include "vmm/json_text.h"
#include "vmm/qmp_client.h"

namespace unpark::measure {

// Orders CPUs on a machine's QMP socket, as any management program does: the same requests for
// every machine.
class HotAdder {
 public:
  static Result<HotAdder, Error> connect(const std::string& path);
  // Orders the CPU of that slot as "cpu<slot>".
  Result<Done, Error> add(std::uint32_t slot);
  // Asks for it back, and waits until it has gone.
  Result<Done, Error> remove(std::uint32_t slot);

 private:
  explicit HotAdder(QmpClient client) : client_(std::move(client)) {}
  // The "return" of the answer.
  Result<Json, Error> ask(const std::string& request);
  // Requests for the slots, by slot.
  Result<Done, Error> prepare();

  QmpClient client_;
  std::map<std::uint32_t, std::string> orders_;
};

}  // namespace unpark::measure
