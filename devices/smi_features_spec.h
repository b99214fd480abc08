// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// SMI feature negotiation through fw_cfg. Freestanding.
// Files: etc/smi/supported-features (u64 LE, read-only), etc/smi/requested-features (u64 LE,
// writable by DMA), etc/smi/features-ok (u8, evaluated when selected: 1 = taken, then locked until
// reset).
namespace unpark::spec::smi_features {

inline constexpr std::uint64_t kBroadcast = 1ull << 0;  // 0xB2 raises the SMI on every CPU
inline constexpr std::uint64_t kCpuHotplug = 1ull << 1;
inline constexpr std::uint64_t kCpuHotUnplug = 1ull << 2;
inline constexpr std::uint64_t kExplicitUnpark = 1ull << 32;  // ours: firmware writes flags bit 5

inline constexpr char kSupportedFile[] = "etc/smi/supported-features";
inline constexpr char kRequestedFile[] = "etc/smi/requested-features";
inline constexpr char kFeaturesOkFile[] = "etc/smi/features-ok";

}  // namespace unpark::spec::smi_features
