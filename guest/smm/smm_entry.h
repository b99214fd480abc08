// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "guest/layout.h"
#include "guest/smm/smm_config.h"

namespace unpark::guest::smm {

// smm/smm_entry.S.
struct [[gnu::packed]] EntryParameters {
  std::uint32_t self, cr3;
  std::uint32_t to_protected;
  std::uint16_t code32, reserved0;
  std::uint32_t to_long;
  std::uint16_t code64, reserved1;
  std::uint16_t gdt_limit;
  std::uint32_t gdt;
  std::uint16_t reserved2;
  std::uint64_t stack, function;
  std::uint32_t apic_id, leads;
  std::uint32_t seat, quick;
  std::uint32_t stay, reserved3;
};
static_assert(sizeof(EntryParameters) == 72);

// smm/rebase_handler.S.
struct RebaseContext {
  std::uint32_t armed;
  std::uint32_t apic_id, smbase;  // who may be rebased, and to where
  std::uint32_t smbase_before, revision;
  std::uint32_t rebased;
  std::uint32_t visits;  // SMIs taken here by anybody else, or unarmed
  std::uint32_t hot;     // a hot-add: tell the step port and the CPU
  std::uint32_t wait_begin, wait_end, resume;
  std::uint32_t reserved;
  std::uint64_t tsc;
};
static_assert(sizeof(RebaseContext) == 56);

extern "C" {
extern const std::uint8_t smm_entry_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t smm_entry_protected[] __attribute__((visibility("hidden")));
extern const std::uint8_t smm_entry_long[] __attribute__((visibility("hidden")));
extern const std::uint8_t smm_entry_gdt[] __attribute__((visibility("hidden")));
extern const std::uint8_t smm_entry_parameters[] __attribute__((visibility("hidden")));
extern const std::uint8_t smm_entry_end[] __attribute__((visibility("hidden")));
extern const std::uint8_t rebase_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t rebase_context[] __attribute__((visibility("hidden")));
extern const std::uint8_t rebase_end[] __attribute__((visibility("hidden")));
}

// The entry code of one CPU, at SMBASE + 8000h. `c` is the one in TSEG, filled.
void install_entry(const SmmConfig& c, std::uint32_t apic_id, std::uint64_t function);

// The handler at the default SMBASE. It stays there, disarmed, for SMIs that reach a CPU too early.
void install_rebase_handler();
inline RebaseContext& rebase() {
  return *reinterpret_cast<RebaseContext*>(
      static_cast<std::uintptr_t>(GUEST_DEFAULT_SMM_ENTRY + (rebase_context - rebase_begin)));
}
// Ready for one CPU. The last store arms it.
void arm_rebase(std::uint32_t apic_id, std::uint64_t smbase, bool hot);

}  // namespace unpark::guest::smm
