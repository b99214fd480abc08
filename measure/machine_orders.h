// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "devices/result.h"
#include "vmm/json_text.h"
#include "vmm/qmp_client.h"

namespace unpark::measure {

// Orders CPUs and SMIs on a machine's QMP socket, as any management program does: the same requests
// for every machine.
class MachineOrders {
 public:
  static Result<MachineOrders, Error> connect(const std::string& path);
  // Orders the CPU of that slot as "cpu<slot>".
  Result<Done, Error> add(std::uint32_t slot);
  // Asks for it back, and waits until it has gone.
  Result<Done, Error> remove(std::uint32_t slot);
  // Waits until the guest's _OST has said of each of these slots that it has taken the CPU: when it
  // said the last, by the event's own timestamp. Fails if it says anything else.
  Result<std::chrono::system_clock::time_point, Error> wait_accepted(std::set<std::uint32_t> slots);
  // When the steps of the newest add of that slot were seen, by label: microseconds since its
  // order. QEMU has no such command.
  Result<std::map<std::string, double>, Error> steps(std::uint32_t slot);
  // How far its boot has come: stages and the microseconds from its start. QEMU has no such
  // command.
  struct Stage {
    std::string name;
    double since_start_us = 0;
  };
  Result<std::vector<Stage>, Error> boot_stages();
  // An SMI for every CPU that is not parked. QEMU has no such command.
  Result<Done, Error> smi();

 private:
  explicit MachineOrders(QmpClient client) : client_(std::move(client)) {}
  // The "return" of the answer.
  Result<Json, Error> ask(const std::string& request);
  // Requests for the slots, by slot.
  Result<Done, Error> prepare();

  QmpClient client_;
  std::map<std::uint32_t, std::string> orders_;
};

}  // namespace unpark::measure
