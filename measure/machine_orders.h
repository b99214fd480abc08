// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
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
  // When that step of the newest add of that slot, which must have been taken, was seen:
  // microseconds since its order. Nothing: nobody saw it, for want of tracefs. QEMU has no such
  // command.
  Result<std::optional<double>, Error> wait_step(std::uint32_t slot, const std::string& label);
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
  // Shows the events that come to `last`, until it says that this was it; fails if it does.
  // Nothing: it did not say so within `limit`.
  Result<std::optional<Json>, Error> watch(
      Nanoseconds limit, const std::function<Result<bool, Error>(const Json&)>& last);
  // The steps that were seen of the newest add of that slot, by label: microseconds since its
  // order.
  Result<std::map<std::string, double>, Error> steps(std::uint32_t slot);
  // Requests for the slots, by slot.
  Result<Done, Error> prepare();

  QmpClient client_;
  bool blind_ = false;  // a step was not seen: the next is not waited for
  std::map<std::uint32_t, std::string> orders_;
};

}  // namespace unpark::measure
