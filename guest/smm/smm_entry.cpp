// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/smm_entry.h"

#include <cstddef>

#include "guest/chips/cpu.h"
#include "guest/smm/seat.h"
#include "guest/smm/smm_layout.h"

namespace unpark::guest::smm {

namespace {

std::size_t entry_offset(const std::uint8_t* label) {
  return static_cast<std::size_t>(label - smm_entry_begin);
}

std::uint32_t address_of(const void* p) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(p));  // TSEG is below 4 GiB
}

}  // namespace

void install_entry(const SmmConfig& c, std::uint32_t apic_id, std::uint64_t function) {
  const std::uint64_t tseg = c.tseg;
  const std::uint64_t at = entry_of(tseg, apic_id);
  const auto linear = [&](const std::uint8_t* label) {
    return static_cast<std::uint32_t>(at + entry_offset(label));
  };
  __builtin_memcpy(reinterpret_cast<void*>(at), smm_entry_begin, entry_offset(smm_entry_end));
  EntryParameters p{};
  p.self = linear(smm_entry_parameters);
  p.cr3 = static_cast<std::uint32_t>(tseg + kPageTables);
  p.to_protected = linear(smm_entry_protected);
  p.code32 = GUEST_CODE32;
  p.to_long = linear(smm_entry_long);
  p.code64 = GUEST_CODE64;
  p.gdt_limit = 4 * 8 - 1;
  p.gdt = linear(smm_entry_gdt);
  p.stack = stack_top_of(tseg, apic_id);
  p.function = function;
  p.apic_id = apic_id;
  p.leads = apic_id == c.monarch ? 1 : 0;
  p.seat = address_of(c.seats + apic_id);
  p.quick = address_of(c.quick);
  p.stay =
      static_cast<std::uint32_t>(c.report + offsetof(SmmReport, stays) + apic_id * sizeof(SmmStay));
  __builtin_memcpy(reinterpret_cast<void*>(std::uintptr_t{p.self}), &p, sizeof p);
}

void install_rebase_handler() {
  __builtin_memcpy(reinterpret_cast<void*>(std::uintptr_t{GUEST_DEFAULT_SMM_ENTRY}), rebase_begin,
                   static_cast<std::size_t>(rebase_end - rebase_begin));
}

void arm_rebase(std::uint32_t apic_id, std::uint64_t smbase, bool hot) {
  RebaseContext& c = rebase();
  c.apic_id = apic_id;
  c.smbase = static_cast<std::uint32_t>(smbase);
  c.smbase_before = 0;
  c.revision = 0;
  c.hot = hot ? 1 : 0;
  c.tsc = 0;
  write_once(c.rebased, 0u);
  write_once(c.armed, 1u);
}

}  // namespace unpark::guest::smm
