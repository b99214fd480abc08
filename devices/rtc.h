// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "devices/bus/device.h"
#include "devices/bus/irq_line.h"
#include "devices/clock.h"
#include "devices/rtc_cmos.h"
#include "devices/rtc_core.h"
#include "devices/sync.h"

namespace unpark {

// Real-time clock with 128 bytes of CMOS RAM: RtcCore with a lock, a wire and a timer of its host.
// Spec:     Motorola MC146818A data sheet; Intel ICH9 datasheet, 13.6. CMOS bytes of the PC/AT.
// Done:     time and date in BCD or binary, 12 or 24 hours, with the century; SET, divider reset,
//           UIP; alarm with "don't care"; periodic, alarm and update-ended interrupts; VRT.
//           Accesses of a byte, or a word over both ports.
// Missing:  daylight saving (DSE is stored), the square wave (SQWE is stored), the date alarm of
//           ICH9 in register D, the upper 128 bytes (72h/73h), masking NMIs (bit 7 of the index is
//           stored).
// Differs:  the host's clock is read once, at construction; from then on the Clock counts: where
//           that stops while the machine is paused, the time is late by as much. A changed register
//           B does not rewrite the time, as on silicon; invalid bytes: rtc_time.h. Dividers but
//           010b hold the chain as 11xb does. Leap years are Gregorian. Reset clears the interrupt
//           enables as the MC146818A does, and CMOS 0Fh as well. The index can be read back. The
//           interrupt is raised at most 1024 times a second by itself: ticks of a faster periodic
//           rate merge, as they do on silicon while nobody reads register C, but for a guest that
//           looks at the chip it is always up to date.
// Locking:  one mutex, a leaf but for the clock and the interrupt's wire, which is set under it so
//           that edges keep order. The wake-up callback runs without it.
class Rtc final : public IoDevice {
 public:
  using UtcNow = std::function<UtcTime()>;
  // Asks for a call of on_deadline() at `deadline` of the Clock; replaces what was asked before, so
  // there is never more than one. Nothing: no more. Called on a vCPU thread, and on that of reset()
  // and on_deadline(), but never on two at once; may call on_deadline().
  using WakeUp = std::function<void(std::optional<Nanoseconds> deadline)>;

  // `clock` outlives the chip. `utc` is called here and never again. `wake_up` may be null.
  Rtc(const Clock& clock, IrqLine irq, const UtcNow& utc, CmosMemory memory, WakeUp wake_up);

  [[nodiscard]] std::string_view name() const override { return "rtc"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

  // Any thread, at any time, also when it is not due. Uses up the deadline that was asked for: the
  // next one, or that there is none, is told in any case.
  void on_deadline();
  // Interrupts off, index 80h; time, format, divider and CMOS memory stay, but for 0Fh.
  void reset();

 private:
  void write_data(std::uint8_t value) TSA(requires_capability(m_));
  std::uint8_t read_data() TSA(requires_capability(m_));
  // Tells the host about a deadline that has changed.
  void announce();

  // Wiring.
  const Clock& clock_;
  const WakeUp wake_up_;
  // State.
  Mutex m_;
  IrqLine irq_ TSA(guarded_by(m_));
  RtcCore core_ TSA(guarded_by(m_));
  std::uint8_t index_ TSA(guarded_by(m_)) = spec::rtc::index_port::kReset;
  std::optional<Nanoseconds> asked_ TSA(guarded_by(m_));  // what the host was told last
  bool told_ TSA(guarded_by(m_)) = true;                  // its timer stands at that
  bool announcing_ TSA(guarded_by(m_)) = false;           // somebody is in announce()'s loop
};

}  // namespace unpark
