// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "acpi/aml_term.h"

// Resource descriptors, ACPI 6.5, 6.4. Each function is the ASL macro of its name (19.6).
namespace unpark::aml {

// One descriptor: an element of a template, not a term of its own.
struct Resource {
  Bytes bytes;
};

// ResourceTemplate () { ... }
Term resource_template(const std::vector<Resource>& resources);

// IO (Decode16, base, base, 1, length): a port range that cannot move.
Resource io(std::uint16_t base, std::uint8_t length);

enum class Trigger : std::uint8_t { kLevel = 0, kEdge = 1 };
enum class Polarity : std::uint8_t { kActiveHigh = 0, kActiveLow = 1 };
enum class Sharing : std::uint8_t { kExclusive = 0, kShared = 1 };

// Interrupt (ResourceConsumer, ...) { gsi }
Resource interrupt(std::uint32_t gsi, Trigger trigger, Polarity polarity, Sharing sharing);

enum class Writable : std::uint8_t { kReadOnly = 0, kReadWrite = 1 };

// Memory32Fixed (access, base, length)
Resource memory32_fixed(Writable access, std::uint32_t base, std::uint32_t length);

// A window that a bridge hands down, first to last: ResourceProducer, MinFixed, MaxFixed,
// PosDecode, granularity and translation 0. first <= last.
Resource word_bus_number(std::uint16_t first, std::uint16_t last);
Resource word_io(std::uint16_t first, std::uint16_t last);       // EntireRange
Resource dword_io(std::uint32_t first, std::uint32_t last);      // EntireRange
Resource dword_memory(std::uint32_t first, std::uint32_t last);  // NonCacheable, ReadWrite
Resource qword_memory(std::uint64_t first, std::uint64_t last);  // Cacheable, ReadWrite

}  // namespace unpark::aml
