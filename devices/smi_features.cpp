// SPDX-License-Identifier: Apache-2.0
#include "devices/smi_features.h"

#include <algorithm>

#include "devices/smi_features_spec.h"
#include "devices/sync.h"

namespace unpark {
namespace {

namespace s = spec::smi_features;

FwCfgBytes little_endian(std::uint64_t value) {
  FwCfgBytes bytes(8);
  for (auto& b : bytes) {
    b = static_cast<std::byte>(value);
    value >>= 8;
  }
  return bytes;
}

std::uint64_t from_little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), 8); i-- > 0;)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

}  // namespace

class SmiFeatures::Negotiation {
 public:
  Negotiation(std::uint64_t supported, OnAccepted on_accepted)
      : supported_(supported), on_accepted_(std::move(on_accepted)) {}

  void request(std::uint64_t features) {
    Lock lock(m_);
    requested_ = features;
  }
  // The guest looks at features-ok: this is when the request is judged.
  bool settle() {
    std::uint64_t taken;
    {
      Lock lock(m_);
      if (negotiated_) return true;
      if (!valid(requested_, supported_)) return false;
      negotiated_ = true;
      taken = accepted_ = requested_;
    }
    if (on_accepted_) on_accepted_(taken);
    return true;
  }
  std::uint64_t accepted() {
    Lock lock(m_);
    return accepted_;
  }
  bool negotiated() {
    Lock lock(m_);
    return negotiated_;
  }
  void reset() {
    Lock lock(m_);
    requested_ = accepted_ = 0;
    negotiated_ = false;
  }
  [[nodiscard]] std::uint64_t supported() const { return supported_; }

 private:
  // Configuration.
  const std::uint64_t supported_;
  const OnAccepted on_accepted_;
  // State.
  Mutex m_;
  std::uint64_t requested_ TSA(guarded_by(m_)) = 0;
  std::uint64_t accepted_ TSA(guarded_by(m_)) = 0;
  bool negotiated_ TSA(guarded_by(m_)) = false;
};

SmiFeatures::SmiFeatures(std::uint64_t supported, OnAccepted on_accepted)
    : state_(std::make_shared<Negotiation>(supported, std::move(on_accepted))) {}

SmiFeatures::~SmiFeatures() = default;

Result<Done, FwCfgError> SmiFeatures::install(FwCfg& fw_cfg) {
  (void)TRY(fw_cfg.add_file(s::kSupportedFile, little_endian(state_->supported())));
  (void)TRY(fw_cfg.add_writable_file(s::kRequestedFile, little_endian(0),
                                     [state = state_](std::span<const std::byte> file) {
                                       state->request(from_little_endian(file));
                                     }));
  return fw_cfg.add_generated_file(s::kFeaturesOkFile, 1, [state = state_] {
    return FwCfgBytes{static_cast<std::byte>(state->settle() ? 1 : 0)};
  });
}

bool SmiFeatures::valid(std::uint64_t requested, std::uint64_t supported) {
  const auto asks = [requested](std::uint64_t feature) { return (requested & feature) != 0; };
  if ((requested & ~supported) != 0) return false;
  if (asks(s::kCpuHotplug) && !asks(s::kBroadcast)) return false;
  if (asks(s::kCpuHotUnplug) && !asks(s::kCpuHotplug)) return false;
  if (asks(s::kExplicitUnpark) && !asks(s::kCpuHotplug)) return false;
  return true;
}

std::uint64_t SmiFeatures::accepted() const {
  return state_->accepted();
}
bool SmiFeatures::negotiated() const {
  return state_->negotiated();
}
void SmiFeatures::reset() {
  state_->reset();
}

}  // namespace unpark
