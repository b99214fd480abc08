// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/session.h"

namespace unpark::measure {

// The files of a Linux guest: kernel and initial RAM disk as given, the firmware the first that the
// host has with SMM and without enrolled keys. The initial RAM disk must print "GUEST-UP" when it
// runs (lab/linux/init), and then have a shell on its serial line that knows
// lab/linux/online-new-cpus.
Result<LinuxGuest, Error> find_linux_guest(const std::string& kernel, const std::string& initrd);

// `unpark bench linux`: from the start of the process to the init of that guest, the memory of the
// process then, and from device_add to the guest's _OST and to the CPU being online.
Result<Done, Stop> bench_linux(Session& session);

}  // namespace unpark::measure
