// SPDX-License-Identifier: Apache-2.0
#include "tests/acpi/acpiexec_log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include "acpi/aml.h"
#include "acpi/table.h"
#include "tests/acpi/program.h"
#include "tests/acpi/temporary_folder.h"

namespace unpark::acpi_test {
namespace {

// ACPI_LV_OPREGION | ACPI_LV_BFIELD: where each access goes, and its value.
constexpr const char* kLogRegions = "0x1800";

constexpr std::uint16_t kOsWindow = 0x0ce4;

std::string complaints_in(const std::string& text) {
  std::string found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    for (const char* word : {"ACPI Error", "ACPI Warning", "ACPI BIOS", "Exception",
                             "Evaluation failed", "could not", "Could not", "exceeded"}) {
      if (line.find(word) == std::string::npos) continue;
      found += line + '\n';
      break;
    }
  }
  return found;
}

// acpiexec hears each Notify in a thread of its own and gives it 110 ms. One that is later, on a
// busy machine, is lost, or finds ACPICA half torn down: then it crashes or prints this.
constexpr std::string_view kHandlerCutOff = "Outstanding cache allocations";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string joined(const std::vector<std::string>& commands) {
  std::string all;
  for (const std::string& command : commands) all += (all.empty() ? "" : ";") + command;
  return all;
}

// What to look for in the log. Several threads print, so a line may be interrupted, but none of
// these pieces: each comes from one call of printf.
enum Mark { kEvaluating, kRead, kWrite, kValueRead, kValueWritten, kNotify, kInteger };
constexpr std::array<std::string_view, 7> kMarks{"Evaluating ",
                                                 "[READ] Region [SystemIO:1], ",
                                                 "[WRITE] Region [SystemIO:1], ",
                                                 "Value Read ",
                                                 "Value Written ",
                                                 "Received a ",
                                                 "[Integer] = "};

// The marks of a log in their order, each with what follows it. Logs have megabytes.
class Marks {
 public:
  struct Found {
    Mark mark;
    std::string rest;
  };
  explicit Marks(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < kMarks.size(); ++i) at_[i] = text_.find(kMarks[i]);
  }
  std::optional<Found> next() {
    const auto first = std::ranges::min_element(at_);
    if (*first == std::string_view::npos) return std::nullopt;
    const auto index = static_cast<std::size_t>(first - at_.begin());
    const std::size_t after = *first + kMarks[index].size();
    *first = text_.find(kMarks[index], after);
    return Found{static_cast<Mark>(index), std::string{text_.substr(after, kLongest)}};
  }

 private:
  static constexpr std::size_t kLongest = 120;
  std::string_view text_;
  std::array<std::size_t, kMarks.size()> at_{};
};

void add(AcpiexecLog& log, Mark mark, const std::string& rest) {
  Evaluation& now = log.evaluations.back();
  unsigned width = 0;
  unsigned long long number = 0;
  char device[5]{};
  unsigned value = 0;
  switch (mark) {
    case kEvaluating:
      log.evaluations.push_back({rest.substr(0, rest.find_first_of(" \n")), {}, {}});
      break;
    case kRead:
    case kWrite:
      if (std::sscanf(rest.c_str(), "Width %u, ByteBase %*x, Offset %*x at %llx", &width,
                      &number) == 2) {
        now.accesses.push_back({mark == kRead ? Direction::kRead : Direction::kWrite,
                                static_cast<std::uint16_t>(number), width, 0});
      }
      break;
    case kValueRead:
    case kValueWritten:  // printed after the access was made
      if (std::sscanf(rest.c_str(), "%llx, Width", &number) == 1 && !now.accesses.empty()) {
        now.accesses.back().value = number;
      }
      break;
    case kNotify:
      if (std::sscanf(rest.c_str(), "%*s Notify on [%4[A-Z0-9_]] %*s Value 0x%x", device, &value) ==
          2) {
        log.notifications.push_back({device, value});
      }
      break;
    case kInteger:
      if (std::sscanf(rest.c_str(), "%llx", &number) == 1) now.integers.push_back(number);
      break;
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const PortAccess& access) {
  return out << (access.direction == Direction::kRead ? "IN " : "OUT ") << access.width
             << " bytes 0x" << std::hex << access.port << " value 0x" << access.value << std::dec;
}

std::ostream& operator<<(std::ostream& out, const Notification& notification) {
  return out << "Notify (" << notification.device << ", " << notification.value << ")";
}

const Evaluation& AcpiexecLog::last(std::string_view method) const {
  const auto found = std::find_if(evaluations.rbegin(), evaluations.rend(),
                                  [&](const Evaluation& e) { return e.method == method; });
  if (found != evaluations.rend()) return *found;
  throw std::runtime_error("acpiexec did not evaluate " + std::string{method} + ":\n" + text);
}

AcpiexecLog parse_acpiexec_log(std::string text) {
  AcpiexecLog log;
  log.evaluations.emplace_back();
  for (Marks marks(text); const auto mark = marks.next();) {
    add(log, mark->mark, mark->rest);
  }
  log.complaints = complaints_in(text);
  log.text = std::move(text);
  return log;
}

AcpiexecLog run_acpiexec(const std::vector<Bytes>& tables, const std::vector<std::string>& commands,
                         std::size_t notifications, LogRegions log) {
  constexpr int kTries = 5;
  const TemporaryFolder folder;
  std::vector<std::string> command{"acpiexec", "-b", joined(commands)};
  if (log == LogRegions::kYes) command.insert(command.end(), {"-x", kLogRegions});
  for (std::size_t i = 0; i < tables.size(); ++i) {
    command.push_back("table" + std::to_string(i) + ".aml");
    write_file(folder.path() / command.back(), tables[i]);
  }
  for (int tries = 1;; ++tries) {
    ProgramResult result = run_program(command, folder.path());
    const bool may_be_late = tries < kTries;
    if (may_be_late && (result.status == -1 || contains(result.output, kHandlerCutOff))) continue;
    if (result.status != 0) {
      throw std::runtime_error("acpiexec ended with status " + std::to_string(result.status) +
                               ":\n" + result.output);
    }
    AcpiexecLog parsed = parse_acpiexec_log(std::move(result.output));
    if (may_be_late && parsed.notifications.size() < notifications) continue;
    return parsed;
  }
}

// OperationRegion (TWIN, SystemIO, 0x0CE4, 0x0C)
// Field (TWIN, ByteAcc, NoLock, WriteAsZeros) { Offset (4), TFLG, 8 }
// Field (TWIN, DWordAcc, NoLock, Preserve) { Offset (8), TDAT, 32 }
// Method (FILL, 2, NotSerialized) { TDAT = Arg0  TFLG = Arg1 }
Bytes window_filler() {
  using namespace aml;
  const Term all = sequence({
      operation_region("TWIN"_seg, RegionSpace::kSystemIo, integer(kOsWindow), integer(12)),
      field("TWIN"_seg, FieldAccess::kByte, FieldLock::kNoLock, FieldUpdate::kWriteAsZeros,
            {offset(4), named("TFLG"_seg, 8)}),
      field("TWIN"_seg, FieldAccess::kDWord, FieldLock::kNoLock, FieldUpdate::kPreserve,
            {offset(8), named("TDAT"_seg, 32)}),
      method("FILL"_seg, 2, Serialize::kNotSerialized,
             {store(arg(0), "TDAT"_seg), store(arg(1), "TFLG"_seg)}),
  });
  return acpi::TableBuilder("SSDT", 2).append_bytes(all.bytes).finish();
}

std::vector<PortAccess> gpe_handler_accesses(const Bytes& dsdt, std::uint32_t cpu,
                                             std::uint8_t flags) {
  std::ostringstream fill;
  fill << "execute \\FILL " << cpu << ' ' << static_cast<unsigned>(flags);
  const AcpiexecLog log =
      run_acpiexec({dsdt, window_filler()}, {fill.str(), "execute \\_GPE._E02"});
  if (!log.complaints.empty()) throw std::runtime_error(log.complaints);
  return log.last("\\_GPE._E02").accesses;
}

}  // namespace unpark::acpi_test
