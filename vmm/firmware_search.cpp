// SPDX-License-Identifier: Apache-2.0
#include "vmm/firmware_search.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

#include "vmm/fd.h"

namespace unpark {
namespace {

namespace fs = std::filesystem;

constexpr const char* kArchitecture = "x86_64";
// Targets are globs of QEMU's versioned machine types. This is the one whose devices and fw_cfg
// files OVMF finds here.
constexpr const char* kMachine = "pc-q35-7.2";
constexpr std::uint64_t kMaxDescriptor = 1 << 20;

bool has(const std::vector<std::string>& all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

// Why the targets do not include this machine; empty if they do.
std::string refuse_targets(const std::vector<FirmwareDescriptor::Target>& targets) {
  std::vector<std::string> machines, architectures;
  for (const auto& target : targets) {
    architectures.push_back(target.architecture);
    if (target.architecture != kArchitecture) continue;
    for (const std::string& glob : target.machines) {
      if (::fnmatch(glob.c_str(), kMachine, 0) == 0) return {};
      machines.push_back(glob);
    }
  }
  if (!has(architectures, kArchitecture))
    return fmt::format("is for {}, not for {}", fmt::join(architectures, ", "), kArchitecture);
  return fmt::format("is for machines {}, not for {}", fmt::join(machines, ", "), kMachine);
}

// Why `file` cannot be put into a flash; empty if it can. What is in it is seen when it is loaded.
std::string refuse_file(std::string_view what, const FirmwareDescriptor::FlashFile& file) {
  if (file.format != "raw")
    return fmt::format("its {} {} is {}, not raw", what, file.path, file.format);
  if (::access(file.path.c_str(), R_OK) == 0) return {};
  return fmt::format("its {} {} cannot be read: {}", what, file.path,
                     describe(SysError{"access", errno}));
}

std::string refuse(const FirmwareDescriptor& d) {
  if (!has(d.interface_types, "uefi"))
    return fmt::format("its interface is {}, not uefi", fmt::join(d.interface_types, ", "));
  if (d.device != "flash") return fmt::format("goes into {}, not into flash", d.device);
  if (d.mode != "split")
    return fmt::format("its flash is {}, not split into code and variables", d.mode);
  if (std::string why = refuse_targets(d.targets); !why.empty()) return why;
  if (!has(d.features, "requires-smm"))
    return "does not require SMM, so that an OS could subvert it";
  if (std::string why = refuse_file("code", d.code); !why.empty()) return why;
  return refuse_file("VARS template", d.vars_template);
}

// The error has no file yet.
Result<std::string, Error> read_descriptor(const std::string& path) {
  const auto refuse = [](std::string why) { return Unexpected{Error{std::move(why)}}; };
  const auto failed = [&](std::string_view call) {
    return refuse(fmt::format("cannot be read: {}", describe(SysError{call, errno})));
  };
  struct stat st {};
  struct stat null {};
  if (::stat(path.c_str(), &st) != 0) return failed("stat");
  // A link to /dev/null is the other customary way to have nothing of a name.
  const bool nothing =
      S_ISCHR(st.st_mode) && ::stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
  if (nothing || (S_ISREG(st.st_mode) && st.st_size == 0))
    return refuse("is empty, which masks its name");
  if (!S_ISREG(st.st_mode)) return refuse("is not a regular file");
  const auto size = static_cast<std::uint64_t>(st.st_size);
  if (size > kMaxDescriptor)
    return refuse(fmt::format("has {} bytes; a descriptor has at most {}", size, kMaxDescriptor));
  std::string text(size, '\0');
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  const ssize_t n = fd ? ::read(fd.get(), text.data(), text.size()) : -1;
  if (n < 0) return failed(fd ? "read" : "open");
  text.resize(static_cast<std::size_t>(n));  // if it is being written just now
  return text;
}

FoundFirmware judge(const fs::path& path) {
  FoundFirmware found{.file = path.string()};
  const auto text = read_descriptor(found.file);
  if (!text) {
    found.why = text.error().message;
    return found;
  }
  auto descriptor = parse_firmware_descriptor(*text, found.file);
  if (!descriptor) {
    // The file stands beside it already.
    found.why = descriptor.error().message.substr(found.file.size() + std::strlen(": "));
    return found;
  }
  found.descriptor = *std::move(descriptor);
  found.why = refuse(found.descriptor);
  if (found.why.empty()) found.verdict = FirmwareVerdict::kFits;
  return found;
}

}  // namespace

const FoundFirmware* FirmwareSearch::taken() const {
  const auto it = std::ranges::find(found, FirmwareVerdict::kTaken, &FoundFirmware::verdict);
  return it == found.end() ? nullptr : &*it;
}

const FoundFirmware* FirmwareSearch::taken_without_keys() const {
  for (const FoundFirmware& f : found)
    if (f.verdict != FirmwareVerdict::kRefused && !has(f.descriptor.features, "enrolled-keys"))
      return &f;
  return taken();
}

std::vector<std::string> firmware_folders() {
  std::vector<std::string> folders;
  // XDG Base Directory Specification 0.8: what is not an absolute path is to be ignored.
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config == '/')
    folders.push_back(fmt::format("{}/qemu/firmware", config));
  else if (home != nullptr && *home == '/')
    folders.push_back(fmt::format("{}/.config/qemu/firmware", home));
  folders.insert(folders.end(), {"/etc/qemu/firmware", "/usr/share/qemu/firmware"});
  return folders;
}

FirmwareSearch find_firmware(std::vector<std::string> folders) {
  FirmwareSearch search{.folders = std::move(folders)};
  std::map<std::string, std::vector<fs::path>> by_name;  // of one name, the masking one first
  for (const std::string& folder : search.folders) {
    std::error_code code;
    fs::directory_iterator it(folder, code);
    for (; !code && it != fs::directory_iterator{}; it.increment(code)) {
      const fs::path& path = it->path();
      // Hidden files have no extension of their own: ".json" is skipped as well.
      if (path.extension() == ".json" && !path.filename().string().starts_with('.'))
        by_name[path.filename().string()].push_back(path);
    }
    if (code && code != std::errc::no_such_file_or_directory)
      search.found.push_back(
          {.file = folder, .why = fmt::format("cannot be read: {}", code.message())});
  }
  for (const auto& [name, paths] : by_name) {
    search.found.push_back(judge(paths.front()));
    FoundFirmware& first = search.found.back();
    if (first.verdict == FirmwareVerdict::kFits && search.taken() == nullptr)
      first.verdict = FirmwareVerdict::kTaken;
    const std::string mask = first.file;
    for (auto path = paths.begin() + 1; path != paths.end(); ++path)
      search.found.push_back({.file = path->string(), .why = fmt::format("is masked by {}", mask)});
  }
  return search;
}

std::string refusal_of(const FirmwareSearch& search) {
  return fmt::format(
      "--firmware auto: none of {} descriptors in {} is of a UEFI firmware that requires SMM, on "
      "q35 and {}: install the Debian package ovmf, give --firmware FILE, or see why with "
      "`unpark run --firmware list`",
      search.found.size(), fmt::join(search.folders, ", "), kArchitecture);
}

}  // namespace unpark
