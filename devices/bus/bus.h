// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "devices/bus/device.h"
#include "devices/range.h"
#include "devices/types.h"

namespace unpark {

struct BusConflict {
  std::string first, second;  // names of the two devices
};

// What the bus tells about an access that no device took. Rate limiting is the listener's.
struct BusRefusal {
  std::string_view device;  // empty: nobody claims the address
  IoFault fault = IoFault::kBadOffset;
  std::uint64_t address = 0;  // absolute
  bool write = false;
  Access at;
};

// Ports or guest-physical addresses to devices. Built once while the board is wired, then
// read-only: lookups need no lock. It owns the manners: all ones for what nobody answers, values
// cut to the width, refusals counted and reported in one place.
template <class Addr>
class Bus {
  struct Claim {
    Range<Addr> where;
    std::shared_ptr<IoDevice> device;
  };

 public:
  // Called on the vCPU's thread; must be quick and must not come back to the bus.
  using Listener = std::function<void(const BusRefusal&)>;

  class Builder {
   public:
    Builder& claim(Range<Addr> where, std::shared_ptr<IoDevice> device) {
      claims_.push_back({where, std::move(device)});
      return *this;
    }
    Builder& listener(Listener l) {
      listener_ = std::move(l);
      return *this;
    }
    // All conflicts at once: a board is put right in one edit, not in five runs.
    Result<Bus, std::vector<BusConflict>> build() {
      std::vector<BusConflict> bad;
      for (std::size_t i = 0; i < claims_.size(); ++i)
        for (std::size_t j = i + 1; j < claims_.size(); ++j)
          if (claims_[i].where.overlaps(claims_[j].where))
            bad.push_back(
                {std::string(claims_[i].device->name()), std::string(claims_[j].device->name())});
      if (!bad.empty()) return Unexpected{std::move(bad)};
      std::sort(claims_.begin(), claims_.end(),
                [](const auto& a, const auto& b) { return a.where.first() < b.where.first(); });
      return Bus{std::move(claims_), std::move(listener_)};
    }

   private:
    std::vector<Claim> claims_;
    Listener listener_;
  };

  Bus(Bus&& o) noexcept
      : claims_(std::move(o.claims_)),
        listener_(std::move(o.listener_)),
        refusals_(o.refusals_.load()) {}
  Bus& operator=(Bus&&) = delete;

  // `context.offset` is ignored; `context.width` must be 1, 2, 4 or 8.
  std::uint64_t read(Addr at, Access context) const {
    const std::uint64_t ones = ones_of(context.width);
    const Claim* c = find(at);
    if (!c) {
      refuse({}, IoFault::kBadOffset, at, false, context);
      return ones;
    }
    context.offset = static_cast<std::uint32_t>(at.value - c->where.first());
    const auto r = c->device->read(context);
    if (r) return *r & ones;
    refuse(c->device->name(), r.error(), at, false, context);
    return ones;
  }

  void write(Addr at, Access context, std::uint64_t value) const {
    const Claim* c = find(at);
    if (!c) {
      refuse({}, IoFault::kBadOffset, at, true, context);
      return;
    }
    context.offset = static_cast<std::uint32_t>(at.value - c->where.first());
    const auto r = c->device->write(context, value & ones_of(context.width));
    if (!r) refuse(c->device->name(), r.error(), at, true, context);
  }

  [[nodiscard]] std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  Bus(std::vector<Claim> c, Listener l) : claims_(std::move(c)), listener_(std::move(l)) {}

  static constexpr std::uint64_t ones_of(std::uint8_t width) {
    return ~std::uint64_t{0} >> (64 - 8 * width);
  }
  const Claim* find(Addr at) const {
    auto it = std::upper_bound(claims_.begin(), claims_.end(), at.value,
                               [](std::uint64_t v, const Claim& c) { return v < c.where.first(); });
    return it != claims_.begin() && (--it)->where.contains(at) ? &*it : nullptr;
  }
  void refuse(std::string_view device, IoFault fault, Addr at, bool write, Access context) const {
    refusals_.fetch_add(1, std::memory_order_relaxed);
    if (listener_) listener_({device, fault, at.value, write, context});
  }

  std::vector<Claim> claims_;  // sorted by first address, disjoint
  Listener listener_;
  mutable std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace unpark
