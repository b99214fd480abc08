// SPDX-License-Identifier: Apache-2.0
// Exit status 0 when /dev/kvm offers what unpark needs: SMM, two address spaces, and an SMI that a
// vCPU takes.
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cstdio>

int main() {
  const int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm < 0) {
    std::perror("/dev/kvm");
    return 1;
  }
  // Numbers retyped from Documentation/virt/kvm/api.rst.
  const int smm = ioctl(kvm, KVM_CHECK_EXTENSION, 117);
  const int address_spaces = ioctl(kvm, KVM_CHECK_EXTENSION, 118);
  const int vm = ioctl(kvm, KVM_CREATE_VM, 0);
  const int vcpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
  const int smi = vcpu < 0 ? -1 : ioctl(vcpu, KVM_SMI, 0);
  std::printf("KVM_CAP_X86_SMM %d, KVM_CAP_MULTI_ADDRESS_SPACE %d, KVM_SMI %d\n", smm,
              address_spaces, smi);
  return smm == 1 && address_spaces == 2 && smi == 0 ? 0 : 1;
}
