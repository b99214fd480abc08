// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>

#if defined(__clang__)
#define TSA(x) __attribute__((x))
#else
#define TSA(x)
#endif

namespace unpark {

// std::mutex with clang's capability attributes: libstdc++'s own has none, and -Wthread-safety is
// silent on it.
class TSA(capability("mutex")) Mutex {
 public:
  void lock() TSA(acquire_capability()) { m_.lock(); }
  void unlock() TSA(release_capability()) { m_.unlock(); }
  // For std::condition_variable only; the caller already holds the capability.
  std::mutex& native() { return m_; }

 private:
  std::mutex m_;
};

class TSA(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& m) TSA(acquire_capability(m)) : m_(m) { m_.lock(); }
  ~Lock() TSA(release_capability()) { m_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& m_;
};

}  // namespace unpark
