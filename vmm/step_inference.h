// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "devices/clock.h"
#include "devices/types.h"
#include "vmm/trace_line.h"

namespace unpark {

// Which steps of docs/design.md KVM's tracepoints show. A plain value: told what happened, in the
// order of time, it says what that means for the hot-adds it follows. Only of CPUs that the VMM has
// unparked: before, nothing in the guest can reach them.
//
//   05   the entry into SMM of the SMI in which the CPU was unparked, of the first CPU that came
//   07b  INIT and then SIPI have reached it from a CPU that is in SMM; the time is the first SIPI's
//   09   an SMI for it alone has reached it from a CPU that is in SMM
//   10   it has entered SMM at 0x30000, and left it again; the time is the entry's
//   13   it has left SMM for the first time
//   14   it halts there: the VMM has looked (halted()), and no INIT had come from outside SMM
//   15   INIT and then SIPI have reached it from a CPU that is not in SMM
//
// An IPI counts if the sender's last ICR write was this very message to this CPU alone. A sender of
// which it is not known whether it is in SMM proves nothing.
class StepInference {
 public:
  struct Seen {
    VcpuId cpu;
    std::size_t row;  // of kSteps
    Nanoseconds at;
  };

  explicit StepInference(std::uint32_t possible) : cpus_(possible) {}

  // A new order for `cpu`; what was known of an older one is forgotten.
  void follow(VcpuId cpu);
  void forget(VcpuId cpu);
  // The VMM has unparked it. Once it is known, a second time changes nothing.
  void unparked(VcpuId cpu, Nanoseconds at);
  // Something happened on the thread of vCPU `on`, at `at`: appends to `out` what was seen by it.
  void see(VcpuId on, Nanoseconds at, const TraceEvent& event, std::vector<Seen>& out);
  // All events up to `until` have been told.
  void settle(Nanoseconds until, std::vector<Seen>& out);
  // KVM says at `at` that `cpu` halts. It counts once all events up to then have been told.
  void halted(VcpuId cpu, Nanoseconds at);
  // Events are missing here: nobody's mode is known any more.
  void lost();

 private:
  enum class Mode { kUnknown, kOutside, kInSmm };
  struct Cpu {
    Mode mode = Mode::kUnknown;
    Nanoseconds entered{0};
    std::optional<trace_event::IpiSent> last;
  };
  struct Add {
    std::optional<Nanoseconds> unparked, entered, halted;
    Mode init_from = Mode::kUnknown;
    bool smi_known = false, left_smm = false, may_be_with_os = false;
  };

  void find_smi(Nanoseconds now, std::vector<Seen>& out);
  void transition(VcpuId on, Nanoseconds at, const trace_event::SmmTransition& e,
                  std::vector<Seen>& out);
  void arrived(VcpuId from, Nanoseconds at, const trace_event::IpiArrived& e,
               std::vector<Seen>& out);
  Add* unparked_at(std::uint32_t cpu, Nanoseconds at);

  std::vector<Cpu> cpus_;
  std::map<VcpuId, Add> adds_;
  std::size_t without_smi_ = 0;  // of adds_: unparked, and their SMI not looked for yet
};

}  // namespace unpark
