// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/clock.h"
#include "devices/sync.h"
#include "devices/types.h"

namespace unpark {

// Who saw a step, best source last.
enum class StepSource { kNotObserved, kVmm, kTracepoint, kGuest };
std::string_view name_of(StepSource s);

// One of the fifteen steps of docs/design.md, in order. `label` is "01a", "07b", ...; 02-03 is one
// row that has no equivalent here.
struct StepInfo {
  std::string_view label, who, what;
  std::uint8_t code;  // spec::step_port::Step; 0 for 02-03
};
// 01a 01b 02-03 04 05 06 07a 07b 08a 08b 09 10 11 12 13 14 15.
inline constexpr std::size_t kStepRows = 17;
inline constexpr std::size_t kRowWithoutEquivalent = 2;  // 02-03
extern const std::array<StepInfo, kStepRows> kSteps;
struct HotplugRecord;
// What `row` was in this add: step 05 has another author when the VMM raised the SMI, and of 13 and
// 14 less is known where the firmware does not tell.
const StepInfo& step_of(const HotplugRecord& record, std::size_t row);
// Row of a step code; nullopt if there is no such step.
std::optional<std::size_t> row_of(std::uint8_t code);

struct StepTime {
  StepSource source = StepSource::kNotObserved;
  // Valid unless kNotObserved. Negative for 04 and 05 where the run of the GPE handler that found
  // the CPU had begun before the CPU was ordered.
  Nanoseconds since_order{0};
};

// One hot-add: what was ordered, and what has been seen of it.
struct HotplugRecord {
  std::uint64_t number = 0;  // 1 for the first add of the machine
  VcpuId cpu;
  std::string id;           // device_add's id
  Nanoseconds ordered{0};   // guest time of the order
  bool smi_by_vmm = false;  // trigger `vmm`: step 05 is the VMM's SMI, not the OS's 0xB2
  bool told = true;         // this firmware tells its steps on the step port
  bool traced = false;      // KVM's tracepoints are read for it
  std::array<StepTime, kStepRows> steps{};
  std::optional<std::uint64_t> smbase_before, smbase_after;  // MSR 9Eh, read from the host
  bool parked_state_intact = false;  // nothing pending, nothing moved, when it was unparked
  bool worked = false;               // the OS ran work on it
  bool reported = false;             // the guest has given all its verdicts
  bool accepted = false;             // the OS says so: _OST, device check, success
  // Label of the step that did not come before the deadline, or before a machine reset; empty if
  // none. It stays, should the step come later.
  std::string overdue;

  [[nodiscard]] bool complete() const;  // every step but 02-03 was seen
  // The first row, in the order of the list, that has not been seen; nullopt if complete.
  [[nodiscard]] std::optional<std::size_t> first_missing() const;
  // The CPU has joined the OS. With firmware that tells its steps: every step was seen, and work
  // has run on it. With any other, which has steps that nobody can see: step 15 was seen, or the OS
  // has accepted the CPU.
  [[nodiscard]] bool done() const;
  // The step that is waited for: the first that was not seen, of those that somebody can see. Where
  // the firmware does not tell, a step that was passed over counts as not seen, not as awaited.
  // nullopt: none, it is done, or only its work has not run yet.
  [[nodiscard]] std::optional<std::size_t> awaited() const;
};

// Collects the steps of every add. Any thread may note; the loop's thread reads.
class HotplugTracer {
 public:
  // Tells of a step that was seen for the first time. Called on the noting thread, no lock held.
  using Listener = std::function<void(const HotplugRecord&, std::size_t row)>;

  HotplugTracer(const Clock& clock, Listener listener);

  // A new order for `cpu`; the time of every step counts from here. Returns its number.
  std::uint64_t begin(VcpuId cpu, std::string id, bool smi_by_vmm = false);
  // Takes the record back: the order was refused after all.
  void abandon(std::uint64_t number);
  // The newest open record of `cpu` sees `row`, at `at` (guest time), or now. A better source
  // replaces a worse one; the same source counts once. No open record: nothing happens.
  void note(VcpuId cpu, std::size_t row, StepSource source,
            std::optional<Nanoseconds> at = std::nullopt);
  // The same for every record whose CPU has not joined the OS yet: a GPE and a broadcast SMI are
  // about all of them. One ordered later that is unparked all the same was found by the run that
  // these were noted of, and takes them over.
  void note_all_open(std::size_t row, StepSource source);
  // Anything else that is known of `cpu`'s newest record.
  void update(VcpuId cpu, const std::function<void(HotplugRecord&)>& change);
  [[nodiscard]] std::vector<HotplugRecord> records() const;
  [[nodiscard]] std::optional<HotplugRecord> record(std::uint64_t number) const;

 private:
  // The oldest are dropped: a machine that adds and removes for ever must not grow.
  static constexpr std::size_t kKept = 256;

  struct Fresh {
    HotplugRecord record;
    std::size_t row;
  };
  void note_entry(HotplugRecord& e, std::size_t row, StepSource source, Nanoseconds at,
                  std::vector<Fresh>& fresh) TSA(requires_capability(m_));
  void take_over(HotplugRecord& e, std::vector<Fresh>& fresh) TSA(requires_capability(m_));
  void tell(const std::vector<Fresh>& fresh) const;
  HotplugRecord* newest(VcpuId cpu) TSA(requires_capability(m_));

  const Clock& clock_;
  Listener listener_;
  mutable Mutex m_;  // leaf
  struct Shared {
    StepSource source = StepSource::kNotObserved;
    Nanoseconds at{0};
  };
  std::array<Shared, kStepRows> shared_
      TSA(guarded_by(m_)){};  // the last of each row, for all open
  Nanoseconds last_smi_ TSA(guarded_by(m_)){-1};
  std::vector<HotplugRecord> records_ TSA(guarded_by(m_));
  std::uint64_t next_ TSA(guarded_by(m_)) = 1;
};

}  // namespace unpark
