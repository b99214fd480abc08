// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "vmm/fd.h"
#include "vmm/machine_control.h"
#include "vmm/qmp_session.h"

namespace unpark {

// The connection of one client: its session between two buffers. The owner watches the descriptor.
//
// A client that does not take its answers is not read from either, so that it cannot pile up more
// than the reply to one request. Events come whether it reads or not: past kMaxUnsent it is let go.
class ControlClient {
 public:
  using Warn = std::function<void(std::string sentence)>;
  enum class State { kStays, kGone };

  static constexpr std::size_t kReadSize = std::size_t{16} << 10;
  static constexpr std::size_t kEnoughUnsent = std::size_t{64} << 10;
  static constexpr std::size_t kMaxUnsent = std::size_t{8} << 20;
  static constexpr int kAnswersPerTurn = 64;  // then the loop sees to others

  ControlClient(UniqueFd fd, MachineControl& machine, Warn warn);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }
  // The events to watch for now.
  [[nodiscard]] std::uint32_t interest() const;

  // kGone: over; the owner closes it by destroying this.
  State handle(std::uint32_t epoll_events);
  State tell(const QmpEvent& event);

 private:
  void read();
  void answer();
  void queue(std::string_view lines);
  void flush();
  [[nodiscard]] std::size_t unsent() const { return out_.size() - sent_; }
  [[nodiscard]] State state() const;

  UniqueFd fd_;
  QmpSession session_;
  Warn warn_;
  std::string in_;   // received, not yet answered
  std::string out_;  // of which sent_ bytes are gone
  std::size_t sent_ = 0;
  bool in_handle_ = false;
  bool end_of_input_ = false;
  bool deaf_ = false;  // nobody reads what is sent; what was ordered before is carried out
  bool dismissed_ = false;
};

}  // namespace unpark
