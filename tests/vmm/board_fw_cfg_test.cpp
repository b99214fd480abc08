// SPDX-License-Identifier: Apache-2.0
// What the board tells the firmware through fw_cfg.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/vmm/board_fixture.h"

namespace unpark {
namespace {

using testing::ElementsAre;

// fw_cfg as a firmware reads it: selector 0x510, data 0x511.
struct FwCfgOfBoard {
  BoardUnderTest& b;

  std::string bytes(std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += static_cast<char>(b.in(0x511));
    return out;
  }
  std::uint64_t big(std::size_t n) {
    std::uint64_t v = 0;
    for (const char c : bytes(n)) v = v << 8 | static_cast<std::uint8_t>(c);
    return v;
  }
  std::uint64_t little(std::size_t n) {
    std::uint64_t v = 0;
    const std::string s = bytes(n);
    for (std::size_t i = n; i-- > 0;) v = v << 8 | static_cast<std::uint8_t>(s[i]);
    return v;
  }
  void select(std::uint64_t key) { b.out(0x510, key, 2); }

  struct File {
    std::uint64_t size = 0, key = 0;
  };
  std::map<std::string, File> files() {
    std::map<std::string, File> out;
    select(0x19);
    for (std::uint64_t left = big(4); left > 0; --left) {
      File f;
      f.size = big(4);
      f.key = big(2);
      (void)big(2);
      const std::string name = bytes(56).c_str();
      out[name] = f;
    }
    return out;
  }
  std::string content(const std::string& name) {
    const auto all = files();
    const auto f = all.find(name);
    if (f == all.end()) {
      ADD_FAILURE() << "no file " << name;
      return {};
    }
    select(f->second.key);
    return bytes(f->second.size);
  }
};

struct E820Entry {
  std::uint64_t base, length, type;
  friend bool operator==(const E820Entry&, const E820Entry&) = default;
};
std::vector<E820Entry> e820_of(BoardUnderTest& board) {
  FwCfgOfBoard fw{board};
  const auto all = fw.files();
  fw.select(all.at("etc/e820").key);
  std::vector<E820Entry> out;
  for (std::uint64_t n = all.at("etc/e820").size / 20; n > 0; --n) {
    E820Entry e{};
    e.base = fw.little(8);
    e.length = fw.little(8);
    e.type = fw.little(4);
    out.push_back(e);
  }
  return out;
}

struct BoardFwCfg : BoardTest {
  FwCfgOfBoard fw{*this};
};

TEST_F(BoardFwCfg, IsThereWithDma) {
  fw.select(0x0000);
  EXPECT_EQ(fw.bytes(4), "QEMU");
  fw.select(0x0001);
  EXPECT_EQ(fw.little(4), 3u);
}

TEST_F(BoardFwCfg, HasExactlyTheseFiles) {
  std::vector<std::string> names;
  for (const auto& [name, file] : fw.files()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("etc/acpi/rsdp", "etc/acpi/tables", "etc/e820",
                                 "etc/smbios/smbios-anchor", "etc/smbios/smbios-tables",
                                 "etc/smi/features-ok", "etc/smi/requested-features",
                                 "etc/smi/supported-features", "etc/table-loader"));
}

TEST_F(BoardFwCfg, HasTheGuestsOptionsIfThereAreAny) {
  BoardUnderTest other(MachineConfig{.guest_options = "attack"});
  EXPECT_EQ(FwCfgOfBoard{other}.content("opt/org.unpark/guest"), "attack");
}

TEST_F(BoardFwCfg, CountsTheCpusThatArePresentAndPossible) {
  fw.select(0x0005);
  EXPECT_EQ(fw.little(2), 2u);
  fw.select(0x000f);
  EXPECT_EQ(fw.little(2), 4u);
}

TEST_F(BoardFwCfg, CountsHotAddedCpusAfterAReset) {
  board->reset({VcpuId{0}, VcpuId{1}, VcpuId{3}});
  fw.select(0x0005);
  EXPECT_EQ(fw.little(2), 3u);
}

TEST_F(BoardFwCfg, HasNoBootMenu) {
  fw.select(0x000e);
  EXPECT_EQ(fw.little(2), 0u);
}

TEST_F(BoardFwCfg, E820HasAllRam) {
  EXPECT_THAT(e820_of(*this), ElementsAre(E820Entry{0, 0x1000'0000, 1}));
}

TEST_F(BoardFwCfg, E820HasRamAbove4GiB) {
  BoardUnderTest large(MachineConfig{.memory = 0x1'0000'0000});
  EXPECT_THAT(e820_of(large),
              ElementsAre(E820Entry{0, 0x8000'0000, 1}, E820Entry{0x1'0000'0000, 0x8000'0000, 1}));
}

TEST_F(BoardFwCfg, OffersBroadcastHotplugUnplugAndExplicitUnpark) {
  const std::string features = fw.content("etc/smi/supported-features");
  EXPECT_EQ(features, std::string("\x07\0\0\0\x01\0\0\0", 8));
}

TEST_F(BoardFwCfg, AcpiTablesAreMadeOfWhatIsPresent) {
  EXPECT_EQ(fw.content("etc/acpi/rsdp").substr(0, 8), "RSD PTR ");
  EXPECT_EQ(fw.files().at("etc/table-loader").size % 128, 0u);
  EXPECT_GT(fw.files().at("etc/table-loader").size, 0u);
  const std::string tables = fw.content("etc/acpi/tables");
  for (const char* signature : {"DSDT", "FACP", "APIC", "FACS", "MCFG", "XSDT"})
    EXPECT_NE(tables.find(signature), std::string::npos) << signature;
}

// DSP0134 5.2.2 and 7.5; a firmware takes the table only if both sizes agree.
TEST_F(BoardFwCfg, SmbiosEntryPointKnowsTheSizeOfTheTable) {
  const std::string anchor = fw.content("etc/smbios/smbios-anchor");
  ASSERT_EQ(anchor.size(), 24u);
  EXPECT_EQ(anchor.substr(0, 5), "_SM3_");
  fw.select(fw.files().at("etc/smbios/smbios-anchor").key);
  (void)fw.bytes(0x0c);
  const std::uint64_t size = fw.little(4);
  EXPECT_EQ(size, fw.content("etc/smbios/smbios-tables").size());
}

TEST_F(BoardFwCfg, SmbiosCountsHotAddedCpusAfterAReset) {
  const auto enabled_cores = [&] {
    const std::string tables = fw.content("etc/smbios/smbios-tables");
    const std::size_t processor = tables.find(std::string("\x04\x30\x00\x04", 4));
    return processor == std::string::npos ? -1 : int{tables.at(processor + 0x24)};
  };
  EXPECT_EQ(enabled_cores(), 2);
  present = {true, true, false, true};
  board->reset({VcpuId{0}, VcpuId{1}, VcpuId{3}});
  EXPECT_EQ(enabled_cores(), 3);
}

// requested-features is written by DMA, features-ok then says 1: QEMU docs/specs/fw_cfg, 2.1
// and 2.3.
struct Negotiation : BoardFwCfg {
  std::uint64_t request(std::uint64_t features) {
    constexpr std::uint64_t kDescriptor = 0x1000, kBuffer = 0x2000;
    memory->put_big_endian(kDescriptor, 4, 0x10);  // write
    memory->put_big_endian(kDescriptor + 4, 4, 8);
    memory->put_big_endian(kDescriptor + 8, 8, kBuffer);
    for (std::uint64_t i = 0; i < 8; ++i)
      memory->put_big_endian(kBuffer + i, 1, features >> 8 * i & 0xff);
    const auto files = fw.files();
    fw.select(files.at("etc/smi/requested-features").key);
    out(0x518, 0x0010'0000, 4);  // 0x00001000, big-endian: starts it
    EXPECT_EQ(memory->big_endian(kDescriptor, 4), 0u);
    fw.select(files.at("etc/smi/features-ok").key);
    return fw.little(1);
  }
};

TEST_F(Negotiation, OfWhatIsOfferedSucceeds) {
  EXPECT_EQ(request(0x1'0000'0007), 1u);
  EXPECT_EQ(board->smi_features().accepted(), 0x1'0000'0007u);
}

TEST_F(Negotiation, OfSomethingElseFails) {
  EXPECT_EQ(request(0x8), 0u);
  EXPECT_EQ(board->smi_features().accepted(), 0u);
}

TEST_F(Negotiation, OfExplicitUnparkMakesBit5TheOnlyWay) {
  ASSERT_EQ(request(0x1'0000'0007), 1u);
  lock_smram();
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  in_smm = true;
  out(0xcd8, 2, 4);
  out(0xcdd, 3);  // ARCH_ID: claims nothing now
  EXPECT_TRUE(hotplug.unparked.empty());
  out(0xcdc, 0x20);
  EXPECT_THAT(hotplug.unparked, ElementsAre(2u));
}

TEST_F(Negotiation, IsForgottenAtReset) {
  ASSERT_EQ(request(0x1'0000'0007), 1u);
  board->reset({VcpuId{0}, VcpuId{1}});
  EXPECT_EQ(board->smi_features().accepted(), 0u);
  ASSERT_TRUE(board->hotplug().plug(VcpuId{2}));
  in_smm = true;
  out(0xcd8, 2, 4);
  out(0xcdd, 3);
  EXPECT_THAT(hotplug.unparked, ElementsAre(2u)) << "the implicit claim is back";
}

}  // namespace
}  // namespace unpark
