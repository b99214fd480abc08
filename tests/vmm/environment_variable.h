// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdlib.h>

#include <optional>
#include <string>

namespace unpark {

// Of this process and the programs it runs; put back at the end. nullptr: not there.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    set(value);
  }
  ~EnvironmentVariable() { set(old_ ? old_->c_str() : nullptr); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

  void set(const char* value) const {
    value == nullptr ? ::unsetenv(name_) : ::setenv(name_, value, 1);
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace unpark
