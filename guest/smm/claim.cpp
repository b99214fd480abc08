// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/claim.h"

#include "guest/body/step_port.h"
#include "guest/chips/lapic.h"
#include "guest/smm/control_window.h"
#include "guest/smm/rendezvous.h"
#include "guest/smm/smm_clock.h"
#include "guest/smm/smm_entry.h"
#include "guest/smm/smm_layout.h"

extern "C" {
extern const std::uint8_t hot_start_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t hot_start_end[] __attribute__((visibility("hidden")));
}

namespace unpark::guest::smm {

namespace {

using lapic::Mode;
using spec::step_port::Step;

constexpr std::uint64_t kStepUs = 3'000'000;
// SDM volume 3, 9.4.4.1: INIT, 10 ms, SIPI, 200 us, SIPI. The 10 ms were for the 82489DX; no CPU
// that can run this needs them, and every other CPU is standing still.
constexpr std::uint32_t kAfterInitUs = 20;
constexpr std::uint32_t kBetweenSipisUs = 200;

std::uint32_t& hot(std::uint32_t offset) {
  return memory(GUEST_HOT_PAGE + offset);
}

// What steps 06 and 11 are about, and the page that the new CPU starts in.
class SavedMemory {
 public:
  void save_default_smbase() {
    copy(handler_, GUEST_DEFAULT_SMM_ENTRY);
    copy(save_area_, GUEST_DEFAULT_SAVE_AREA);
  }
  void restore_default_smbase() const {
    copy_back(handler_, GUEST_DEFAULT_SMM_ENTRY);
    copy_back(save_area_, GUEST_DEFAULT_SAVE_AREA);
  }
  void save_start_page() { copy(start_page_, GUEST_HOT_PAGE); }
  void restore_start_page() const { copy_back(start_page_, GUEST_HOT_PAGE); }

 private:
  template <class A>
  static void copy(A& to, std::uintptr_t from) {
    __builtin_memcpy(to.data(), reinterpret_cast<const void*>(from), to.size());
  }
  template <class A>
  static void copy_back(const A& from, std::uintptr_t to) {
    __builtin_memcpy(reinterpret_cast<void*>(to), from.data(), from.size());
  }
  std::array<std::uint8_t, 0x400> handler_{};
  std::array<std::uint8_t, GUEST_SAVE_AREA_SIZE> save_area_{};
  std::array<std::uint8_t, 0x1000> start_page_{};
};
constinit SavedMemory saved{};

// A CPU that should not be in SMM yet (a late broadcast SMI) is let go while waiting for it.
template <class Done>
bool wait_for(std::uint32_t apic_id, Done done) {
  return wait_until(kStepUs, [&] {
    seat_of(apic_id).release_waiting();
    return done();
  });
}

void start_new_cpu(std::uint32_t apic_id) {
  saved.save_start_page();
  __builtin_memset(reinterpret_cast<void*>(std::uintptr_t{GUEST_HOT_PAGE}), 0, 0x1000);
  __builtin_memcpy(reinterpret_cast<void*>(std::uintptr_t{GUEST_HOT_PAGE}), hot_start_begin,
                   static_cast<std::size_t>(hot_start_end - hot_start_begin));
  write_once(hot(GUEST_HOT_APIC_ID), apic_id);
  // It may have been rebased already (an SMI that was pending before its first instruction).
  write_once(hot(GUEST_HOT_REBASED), read_once(rebase().rebased));
  constexpr auto kStartPage = static_cast<std::uint8_t>(GUEST_HOT_PAGE >> 12);
  lapic::send(apic_id, Mode::kInit);
  delay_microseconds(kAfterInitUs);
  lapic::send(apic_id, Mode::kStartUp, kStartPage);
  delay_microseconds(kBetweenSipisUs);
  lapic::send(apic_id, Mode::kStartUp, kStartPage);
}

void read_new_cpu_times(StepTimes& times) {
  const auto tsc = [](std::uint32_t offset) {
    return memory<std::uint64_t>(GUEST_HOT_PAGE + offset);
  };
  times[index_of(Step::kStep08a)] = tsc(GUEST_HOT_TSC_08A);
  times[index_of(Step::kStep08b)] = tsc(GUEST_HOT_TSC_08B);
  times[index_of(Step::kStep10)] = rebase().tsc;
  times[index_of(Step::kStep13)] = tsc(GUEST_HOT_TSC_13);
  times[index_of(Step::kStep14)] = tsc(GUEST_HOT_TSC_14);
}

// Proof, not bookkeeping: an SMI brings it to the entry code in its own tile.
bool answers_in_tseg(std::uint32_t apic_id) {
  Seat& seat = seat_of(apic_id);
  lapic::send(apic_id, Mode::kSmi);
  // The release is the proof: only the entry code in its tile takes the seat.
  return wait_until(kStepUs, [&] { return seat.release_waiting(); }) &&
         wait_until(kStepUs, [&] { return seat.state() == CpuState::kOutside; });
}

ClaimFailure start_and_rebase(std::uint32_t slot, std::uint32_t apic_id, HotAddRecord& r) {
  namespace registers = spec::hotplug;
  // 07a. Without explicit unpark negotiated, asking for the ARCH_ID is the claim.
  if (control_window::arch_id(slot) != apic_id) return ClaimFailure::kWrongArchId;
  if (config.explicit_unpark)
    control_window::act(registers::action::Unpark::with(std::uint8_t{0}, true));
  take_step(r.times, Step::kStep07a, apic_id);

  // 07b, and the new CPU's 08a and 08b. Its step is told first: the CPU starts on the second line.
  take_step(r.times, Step::kStep07b, apic_id);
  start_new_cpu(apic_id);
  if (!wait_for(apic_id, [] { return read_once(hot(GUEST_HOT_IN_FLASH)) != 0; }))
    return ClaimFailure::kNotInFlash;

  // 09. On QEMU the broadcast SMI reaches the new CPU too: it was taken before 08a, and a second
  // one would be for nothing. With explicit unpark nothing was pending at the unpark; an SMI that
  // came since is another order's, and does not stand for this step.
  r.early_smi = read_once(rebase().rebased);
  if (r.early_smi == 0 || config.explicit_unpark) {
    take_step(r.times, Step::kStep09, apic_id);
    lapic::send(apic_id, Mode::kSmi);
  }
  // 10 happens at 0x38000.
  if (!wait_for(apic_id, [] { return read_once(rebase().rebased) != 0; }))
    return ClaimFailure::kNotRebased;
  // The handler says so before its RSM, which still needs the save area: only the CPU's next
  // instruction in flash says that 0x38000 may be restored.
  if (!wait_for(apic_id, [] { return read_once(hot(GUEST_HOT_RESUMED)) != 0; }))
    return ClaimFailure::kNotRebased;
  r.smbase_before = rebase().smbase_before;
  r.smbase_after = rebase().smbase;
  return r.smbase_before == GUEST_DEFAULT_SMBASE ? ClaimFailure::kNone
                                                 : ClaimFailure::kWrongOldSmbase;
}

}  // namespace

void claim(std::uint32_t slot) {
  const std::uint32_t apic_id = config.apic_id_of_slot[slot];
  HotAddRecord r{};
  r.host = config.monarch;
  seat_of(apic_id).clear();

  saved.save_default_smbase();
  install_rebase_handler();
  rebase().wait_begin = config.wait_begin;
  rebase().wait_end = config.wait_end;
  rebase().resume = config.resume;
  arm_rebase(apic_id, smbase_of(config.tseg, apic_id), true);
  take_step(r.times, Step::kStep06, apic_id);

  r.failure = start_and_rebase(slot, apic_id, r);
  write_once(rebase().armed, 0u);
  const bool started = r.times[index_of(Step::kStep07b)] != 0;
  const std::uint64_t tsc_10 = rebase().tsc;

  saved.restore_default_smbase();
  take_step(r.times, Step::kStep11, apic_id);
  if (r.failure == ClaimFailure::kNone) {
    config.known[apic_id] = true;
    take_step(r.times, Step::kStep12, apic_id);
    write_once(hot(GUEST_HOT_PROCEED), 1u);
    if (!wait_for(apic_id, [] { return read_once(hot(GUEST_HOT_FINISHED)) != 0; }))
      r.failure = ClaimFailure::kNotFinished;
  }
  if (started) {
    read_new_cpu_times(r.times);
    r.times[index_of(Step::kStep10)] = tsc_10;
    saved.restore_start_page();
  }
  if (r.failure == ClaimFailure::kNone) {
    r.answered = answers_in_tseg(apic_id) ? 1 : 0;
    if (r.answered == 0) r.failure = ClaimFailure::kNoAnswer;
  }
  if (r.failure != ClaimFailure::kNone) {
    // An OS must not get a CPU whose SMM it could own.
    config.known[apic_id] = false;
    control_window::select(slot);
    control_window::act(spec::hotplug::action::Eject::with(std::uint8_t{0}, true));
  }

  HotAddRecord& out = report().records[apic_id];
  const std::uint32_t sequence = out.sequence + 1;
  out = r;
  write_once(out.sequence, sequence);
}

}  // namespace unpark::guest::smm
