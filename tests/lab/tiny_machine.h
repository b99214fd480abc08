// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "vmm/guest_ram.h"
#include "vmm/kvm.h"
#include "vmm/smi_injector.h"
#include "vmm/vcpu_set.h"

namespace unpark {

// As little machine as a VcpuSet needs: KVM, the kernel's interrupt chips, 640 KiB of RAM in both
// address spaces, a hole at A0000, and a ROM page whose reset vector jumps to kBootCode. Chips
// there are none: a guest talks to the test by single bytes on ports.
class TinyMachine {
 public:
  static constexpr std::uint64_t kRamSize = 0xa'0000, kHole = 0xa'0000;
  static constexpr std::uint64_t kBootCode = 0x1000;       // CPU 0 starts here
  static constexpr std::uint8_t kTell = 0x10;              // a byte written here is counted
  static constexpr std::uint64_t kResetSmbase = 0x3'0000;  // SDM vol. 3 32.11
  // A SMBASE of each CPU's own, up to eight CPUs.
  static constexpr std::uint64_t smbase_of(VcpuId cpu) { return 0x4'0000 + 0x1000 * cpu.value; }
  // The SIPI vector with which CPUs are started, and where their code is.
  static constexpr std::uint8_t vector_of(VcpuId cpu) {
    return static_cast<std::uint8_t>(0x2 + cpu.value);
  }
  static constexpr std::uint64_t code_of(VcpuId cpu) { return std::uint64_t{vector_of(cpu)} << 12; }

  // On the vCPU's thread, within its exit.
  using OnOut = std::function<void(Vcpu&, std::uint8_t value, bool in_smm)>;
  // Fills `into` with what a port or the hole reads as.
  using OnRead = std::function<void(Vcpu&, std::span<std::byte> into)>;

  // All CPUs absent and paused.
  static Result<std::unique_ptr<TinyMachine>, SysError> create(std::uint32_t possible);
  ~TinyMachine();
  TinyMachine(const TinyMachine&) = delete;
  TinyMachine& operator=(const TinyMachine&) = delete;

  // Before the CPUs run.
  void load(std::uint64_t at, std::span<const std::byte> code);
  void on_out(std::uint8_t port, OnOut f) { outs_[port] = std::move(f); }
  void on_read(OnRead f) { read_ = std::move(f); }

  VcpuSet& cpus() { return *set_; }
  [[nodiscard]] const UniqueFd& vm() const { return vm_; }
  [[nodiscard]] SmiInjector smis() const { return SmiInjector{vm_, false}; }
  // Makes the vCPU, absent.
  Result<Done, SysError> make(VcpuId cpu);
  // Made, if it is not, and parked.
  Result<Done, SysError> park(VcpuId cpu);
  // Parked, unparked, started with its own vector; returns once it has told `greeting`.
  bool start(VcpuId cpu, char greeting);
  // A message as a device or another host thread would send it (SDM vol. 3 11.11).
  void send(std::uint32_t destination, std::uint32_t delivery_mode, std::uint8_t vector);
  void send_init_and_sipi(VcpuId cpu);
  void set_smbase(VcpuId cpu, std::uint64_t smbase);
  // From /dev/kvm itself, while the vCPU is quiet.
  ParkedState state_of(VcpuId cpu);

  std::atomic_ref<std::uint32_t> word(std::uint64_t at);
  std::atomic_ref<std::uint8_t> byte(std::uint64_t at);

  // How often `cpu` has told `value`, all CPUs together for nullopt.
  unsigned told(VcpuId cpu, char value);
  // Until `done`, asked after every exit and every poke(); false after a generous limit.
  bool wait(const std::function<bool()>& done);
  bool wait_told(VcpuId cpu, char value, unsigned times = 1);
  void poke();          // what a wait() is about may have changed
  unsigned failures();  // of KVM_RUN

 private:
  TinyMachine(Kvm kvm, UniqueFd vm, MappedMemory ram, MappedMemory rom, std::uint32_t possible);
  Result<Done, SysError> build();
  void on_exit(Vcpu& vcpu, const VmExit& exit, bool in_smm);

  Kvm kvm_;
  UniqueFd vm_;
  MappedMemory ram_, rom_;
  std::uint32_t possible_;
  std::size_t run_size_ = 0;
  std::vector<kvm_cpuid_entry2> cpuid_;
  std::vector<std::uint32_t> msrs_;
  std::map<std::uint8_t, OnOut> outs_;
  OnRead read_;

  std::mutex m_;
  std::condition_variable changed_;
  std::map<std::pair<std::uint32_t, char>, unsigned> told_;
  unsigned failures_ = 0;

  std::unique_ptr<VcpuSet> set_;  // last: its threads use the rest
};

}  // namespace unpark
