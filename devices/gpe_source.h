// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace unpark {

// General-purpose events of the chipset, as a device that raises one sees them. Called with the
// device's lock held, so that reports keep their order: implementations are leaves and never come
// back to the device.
class GpeSource {
 public:
  virtual ~GpeSource() = default;
  // A new event: latches the status bit.
  virtual void raise(unsigned bit) = 0;
  // Whether events raised so far still wait for the OS. Told after every event that was raised or
  // consumed, changed or not: each report is progress.
  virtual void set_unconsumed(unsigned bit, bool unconsumed) = 0;
};

}  // namespace unpark
