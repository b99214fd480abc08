// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "guest/body/steps.h"
#include "guest/layout.h"

namespace unpark::guest {

namespace smm {
class Seat;
struct QuickSession;
}  // namespace smm

// How a claim ended. The words are in os/hot_add_report.cpp.
enum class ClaimFailure : std::uint32_t {
  kNone,
  kWrongArchId,     // the controller names another APIC ID than at boot
  kNotInFlash,      // no step 08b
  kNotRebased,      // no step 10
  kWrongOldSmbase,  // its SMBASE was not 0x30000
  kNotFinished,     // no step 14
  kNoAnswer,        // an SMI of its own did not bring it into TSEG
};

// What SMM tells the OS about one hot-add. SMM only writes it.
struct HotAddRecord {
  std::uint32_t sequence;  // 0: none; written last
  std::uint32_t host;      // APIC ID of the CPU that claimed it
  ClaimFailure failure;
  std::uint32_t early_smi;  // it took an SMI before it reached flash
  std::uint32_t smbase_before, smbase_after;
  std::uint32_t answered;  // it entered SMM at smbase_after
  StepTimes times;
};

// A CPU's last stay in SMM, by its TSC: right after its first instruction there, and right before
// its RSM. For benchmarks; smm/smm_entry.S writes it. A line of its own: every CPU writes one.
struct alignas(64) SmmStay {
  std::uint64_t entered, left;
};
static_assert(offsetof(SmmStay, entered) == GUEST_STAY_ENTERED);
static_assert(offsetof(SmmStay, left) == GUEST_STAY_LEFT);

struct SmmReport {
  std::uint32_t sessions;          // all
  std::uint32_t incomplete;        // those to which a CPU did not come
  std::uint32_t last_missing;      // its APIC ID
  std::uint32_t postponed;         // those of them that left hotplug work for the next one
  std::uint32_t removed_sequence;  // counts ejected CPUs
  std::uint32_t last_removed;
  std::array<HotAddRecord, GUEST_MAX_CPUS> records;  // by APIC ID
  std::array<SmmStay, GUEST_MAX_CPUS> stays;         // by APIC ID
};

// Filled by the firmware while TSEG is open. Nobody but SMM can change it afterwards.
struct SmmConfig {
  std::uint64_t tseg;
  std::uint64_t report;  // SmmReport, in RAM of the OS
  std::uint32_t monarch;
  std::uint32_t possible;
  std::uint64_t tsc_per_us;
  std::uint64_t exit_cycles;  // Machine::exit_cycles
  std::uint32_t yield;        // GUEST_YIELD_*
  bool explicit_unpark;
  bool hotplug;                                // negotiated, and the default SMBASE is protected
  bool empty_handler;                          // Options::empty_handler
  std::uint32_t wait_begin, wait_end, resume;  // flash/hot_cpu.S
  smm::Seat* seats;                            // by APIC ID; this and the next in TSEG
  smm::QuickSession* quick;
  std::array<std::uint8_t, GUEST_MAX_CPUS> apic_id_of_slot;
  std::array<bool, GUEST_MAX_CPUS> known;  // by APIC ID: takes part in the rendezvous
};

namespace smm {
extern constinit SmmConfig config;
}

}  // namespace unpark::guest
