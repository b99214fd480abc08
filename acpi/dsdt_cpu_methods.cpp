// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt_cpu_methods.h"

#include "acpi/aml.h"
#include "acpi/dsdt_cpus.h"
#include "devices/apm_spec.h"
#include "devices/hotplug_spec.h"

namespace unpark::acpi::cpu_methods {
namespace {

using namespace aml;
namespace hotplug = spec::hotplug;

constexpr NameSeg kLock = "CLCK"_seg;
constexpr NameSeg kWindow = "HPOS"_seg;
constexpr NameSeg kApmRegion = "APMC"_seg;
constexpr NameSeg kApm = "SMIC"_seg;

// Fields of the OS window.
constexpr NameSeg kSelector = "CSEL"_seg;
constexpr NameSeg kCommand = "CCMD"_seg;
constexpr NameSeg kData = "CDAT"_seg;
constexpr NameSeg kEnabled = "CPEN"_seg;
constexpr NameSeg kInsert = "CINS"_seg;
constexpr NameSeg kRemove = "CRMV"_seg;
constexpr NameSeg kAgree = "CEJF"_seg;

// ACPI 6.5, 5.6.6, table 5.143.
constexpr std::uint64_t kDeviceCheck = 1;
constexpr std::uint64_t kEjectRequest = 3;
// 6.3.7: present, enabled, shown, functioning.
constexpr std::uint64_t kStatusPresent = 0x0f;

// The body between Acquire and Release.
Terms locked(Terms body) {
  body.insert(body.begin(), acquire(kLock, kForever));
  body.push_back(release(kLock));
  return body;
}

Term call_firmware() {
  return store(integer(hotplug::kApmCpuHotplug), kApm);
}

// A tree of If/Else down to Notify: of n CPUs, log2 n comparisons.
Term notify_one_of(std::uint32_t first, std::uint32_t last) {
  if (first == last) return notify(cpu_name(first), arg(1));
  const std::uint32_t middle = first + (last - first + 1) / 2;
  return sequence({if_(l_less(arg(0), integer(middle)), {notify_one_of(first, middle - 1)}),
                   else_({notify_one_of(middle, last)})});
}

}  // namespace

// Mutex (CLCK, 0)
// OperationRegion (HPOS, SystemIO, 0x0CE4, 0x0C)
// Field (HPOS, ByteAcc, NoLock, WriteAsZeros) {
//   Offset (4), CPEN, 1, CINS, 1, CRMV, 1, , 1, CEJF, 1, Offset (5), CCMD, 8 }
// Field (HPOS, DWordAcc, NoLock, Preserve) { CSEL, 32, Offset (8), CDAT, 32 }
// WriteAsZeros makes a write of one bit that action alone, without a read before.
Term registers() {
  return sequence({
      mutex(kLock, 0),
      operation_region(kWindow, RegionSpace::kSystemIo, integer(hotplug::kOsWindow),
                       integer(hotplug::kWindowSize)),
      field(kWindow, FieldAccess::kByte, FieldLock::kNoLock, FieldUpdate::kWriteAsZeros,
            {offset(hotplug::kFlags), named(kEnabled, 1), named(kInsert, 1), named(kRemove, 1),
             reserved(1), named(kAgree, 1), offset(hotplug::kCommand), named(kCommand, 8)}),
      field(kWindow, FieldAccess::kDWord, FieldLock::kNoLock, FieldUpdate::kPreserve,
            {named(kSelector, 32), offset(hotplug::kCommandData), named(kData, 32)}),
  });
}

// OperationRegion (APMC, SystemIO, 0xB2, One)
// Field (APMC, ByteAcc, NoLock, WriteAsZeros) { SMIC, 8 }
Term firmware_call() {
  return sequence({
      operation_region(kApmRegion, RegionSpace::kSystemIo, integer(spec::apm::kControlPort),
                       integer(1)),
      field(kApmRegion, FieldAccess::kByte, FieldLock::kNoLock, FieldUpdate::kWriteAsZeros,
            {named(kApm, 8)}),
  });
}

// Method (CSCN, 0, Serialized) {
//   Acquire (CLCK, 0xFFFF)
//   SMIC = 4                        // the firmware claims what is new; back when all CPUs are
//   Local0 = Zero                   // the CPU from which on to look
//   While (Local0 < possible) {
//     CSEL = Local0
//     CCMD = Zero                   // select the next CPU with an event, wrapping
//     Local1 = CDAT
//     If (Local1 < Local0 || Local1 >= possible) { Break }
//     If (CINS)      { CTFY (Local1, 1)  CINS = One }
//     Else {
//       If (CRMV)    { CTFY (Local1, 3)  CRMV = One }
//       Else         { Break } }      // no event at all
//     Local0 = Local1 + 1 }
//   Release (CLCK) }
// It ends after at most `possible` rounds whatever the registers read: Local0 only grows. One event
// is taken per CPU and call; the controller raises its GPE again for what is left.
Term scan(std::uint32_t possible, bool smi_unplug) {
  const Term from = local(0);
  const Term found = local(1);
  const auto announce = [&found](const NameSeg& event, std::uint64_t value) {
    return Terms{call(kNotify, {found, integer(value)}), store(integer(1), event)};
  };
  const Term otherwise =
      smi_unplug ? sequence({if_(kRemove, announce(kRemove, kEjectRequest)), else_({break_()})})
                 : break_();
  const Terms round{
      store(from, kSelector),
      store(integer(hotplug::kCommandNextPending), kCommand),
      store(kData, found),
      if_(l_or(l_less(found, from), l_greater_equal(found, integer(possible))), {break_()}),
      if_(kInsert, announce(kInsert, kDeviceCheck)),
      else_({otherwise}),
      add(found, integer(1), from),
  };
  return method(kScan, 0, Serialize::kSerialized,
                locked({call_firmware(), store(integer(0), from),
                        while_(l_less(from, integer(possible)), round)}));
}

// Method (CTFY, 2, NotSerialized) {
//   If (Arg0 < 2) { If (Arg0 < One) { Notify (C000, Arg1) } Else { Notify (C001, Arg1) } }
//   Else          { ... } }
Term notify_cpu(std::uint32_t possible) {
  return method(kNotify, 2, Serialize::kNotSerialized, {notify_one_of(0, possible - 1)});
}

// Method (CSTA, 1, Serialized) {
//   Acquire (CLCK, 0xFFFF)
//   CSEL = Arg0
//   Local0 = Zero
//   If (CPEN) { Local0 = 0x0F }
//   Release (CLCK)
//   Return (Local0) }
Term status() {
  Terms body = locked({store(arg(0), kSelector), store(integer(0), local(0)),
                       if_(kEnabled, {store(integer(kStatusPresent), local(0))})});
  body.push_back(return_(local(0)));
  return method(kStatus, 1, Serialize::kSerialized, body);
}

// Method (COST, 3, Serialized) {
//   Acquire (CLCK, 0xFFFF)
//   CSEL = Arg0  CCMD = One  CDAT = Arg1  CCMD = 2  CDAT = Arg2
//   Release (CLCK) }
Term report() {
  return method(
      kReport, 3, Serialize::kSerialized,
      locked({store(arg(0), kSelector), store(integer(hotplug::kCommandOstEvent), kCommand),
              store(arg(1), kData), store(integer(hotplug::kCommandOstStatus), kCommand),
              store(arg(2), kData)}));
}

// Method (CEJ0, 1, Serialized) {
//   Acquire (CLCK, 0xFFFF)
//   CSEL = Arg0  CEJF = One         // agree to the removal that the host asked for
//   SMIC = 4                        // the firmware lets go of the CPU and ejects it
//   Release (CLCK) }
Term eject() {
  return method(kEject, 1, Serialize::kSerialized,
                locked({store(arg(0), kSelector), store(integer(1), kAgree), call_firmware()}));
}

}  // namespace unpark::acpi::cpu_methods
