// SPDX-License-Identifier: Apache-2.0
#include "vmm/io_dispatch.h"

#include <cstring>

namespace unpark {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::uint64_t load(std::span<const std::byte> from) {
  std::uint64_t v = 0;
  std::memcpy(&v, from.data(), from.size());
  return v;
}
void store(std::span<std::byte> to, std::uint64_t v) {
  std::memcpy(to.data(), &v, to.size());
}

Access access(const Accessor& who, std::size_t width) {
  return {.width = static_cast<std::uint8_t>(width), .in_smm = who.in_smm, .cpu = who.cpu};
}

// KVM hands over 1, 2, 4 or 8 bytes, and odd sizes where an access was cut at a page or at a slot.
// Those go byte by byte, as on a bus without byte lanes for them.
bool power_of_two(std::size_t n) {
  return n == 1 || n == 2 || n == 4 || n == 8;
}

}  // namespace

AfterExit dispatch(const VmExit& exit, const Accessor& who, const Bus<Port>& ports,
                   const Bus<Gpa>& mmio) {
  using namespace vm_exit;
  return std::visit(
      Overloaded{
          [&](const PortIn& e) {
            for (std::size_t i = 0; i + e.width <= e.into.size(); i += e.width)
              store(e.into.subspan(i, e.width), ports.read(e.port, access(who, e.width)));
            return AfterExit::kRunAgain;
          },
          [&](const PortOut& e) {
            for (std::size_t i = 0; i + e.width <= e.data.size(); i += e.width)
              ports.write(e.port, access(who, e.width), load(e.data.subspan(i, e.width)));
            return AfterExit::kRunAgain;
          },
          [&](const MmioRead& e) {
            const std::size_t step = power_of_two(e.into.size()) ? e.into.size() : 1;
            for (std::size_t i = 0; i < e.into.size(); i += step)
              store(e.into.subspan(i, step), mmio.read(e.at + i, access(who, step)));
            return AfterExit::kRunAgain;
          },
          [&](const MmioWrite& e) {
            const std::size_t step = power_of_two(e.data.size()) ? e.data.size() : 1;
            for (std::size_t i = 0; i < e.data.size(); i += step)
              mmio.write(e.at + i, access(who, step), load(e.data.subspan(i, step)));
            return AfterExit::kRunAgain;
          },
          [](const MsrWrite& e) {
            *e.refused = 1;
            return AfterExit::kRunAgain;
          },
          [](const Halted&) { return AfterExit::kRunAgain; },
          [](const TripleFault&) { return AfterExit::kTripleFault; },
          [](const Interrupted&) { return AfterExit::kRunAgain; },
          [](const WaitsForSipi&) { return AfterExit::kRunAgain; },
          [](const SystemEvent&) { return AfterExit::kTripleFault; },
          [](const Failed&) { return AfterExit::kFailed; },
      },
      exit);
}

}  // namespace unpark
