// SPDX-License-Identifier: Apache-2.0
#include "vmm/trace_instance.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

namespace unpark {
namespace {

constexpr std::string_view kPrefix = "unpark-";
constexpr int kMostOfOneProcess = 64;

Unexpected<Error> failed(std::string_view what, const std::string& path, std::string_view call) {
  return Unexpected{Error{fmt::format("cannot {} {}: {}", what, path, describe({call, errno}))}};
}

// "unpark-123" and "unpark-123-2": 123.
std::optional<pid_t> owner_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc{} || pid <= 0) return std::nullopt;
  if (end != name.data() + name.size() && *end != '-') return std::nullopt;
  return pid;
}

// The kernel refuses to remove one that somebody reads, which a process of another PID namespace
// may do whose number means nothing here.
void remove_stale(const std::string& instances) {
  std::error_code e;
  for (std::filesystem::directory_iterator it{instances, e}, end; !e && it != end;
       it.increment(e)) {
    const auto owner = owner_of(it->path().filename().string());
    if (owner && ::kill(*owner, 0) != 0 && errno == ESRCH) (void)::rmdir(it->path().c_str());
  }
}

}  // namespace

Result<TraceInstance, Error> TraceInstance::create(const std::string& tracefs) {
  const std::string instances = tracefs + "/instances";
  remove_stale(instances);
  const std::string first = fmt::format("{}/{}{}", instances, kPrefix, ::getpid());
  for (int n = 1; n <= kMostOfOneProcess; ++n) {
    std::string path = n == 1 ? first : fmt::format("{}-{}", first, n);
    if (::mkdir(path.c_str(), 0700) == 0) return TraceInstance{std::move(path)};
    if (errno != EEXIST) return failed("make", path, "mkdir");
  }
  return Unexpected{Error{fmt::format("{} to {}-{} all exist", first, first, kMostOfOneProcess)}};
}

TraceInstance::TraceInstance(TraceInstance&& o) noexcept : path_(std::exchange(o.path_, {})) {}

TraceInstance::~TraceInstance() {
  // Fails only while somebody else looks into it; the next one that is created removes it then.
  if (!path_.empty()) (void)::rmdir(path_.c_str());
}

Result<Done, Error> TraceInstance::write(const std::string& name, std::string_view text) const {
  const std::string file = path_ + "/" + name;
  const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC)};
  if (!fd) return failed("open", file, "open");
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return failed(fmt::format("write \"{}\" to", text), file, "write");
  return Done{};
}

Result<UniqueFd, Error> TraceInstance::open_pipe() const {
  const std::string file = path_ + "/trace_pipe";
  UniqueFd fd{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (!fd) return failed("open", file, "open");
  return fd;
}

}  // namespace unpark
