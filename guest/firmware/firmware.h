// SPDX-License-Identifier: Apache-2.0
#pragma once

// The firmware's part, in the order it is played. Each reports what it found; false: the machine
// cannot go on.
namespace unpark::guest::firmware {

bool find_chips();              // MCH, LPC bridge; PM block and ECAM switched on
bool find_memory();             // fw_cfg etc/e820: end of low RAM
bool read_options();            // fw_cfg opt/org.unpark/guest; no such file is no fault
bool negotiate_smi_features();  // etc/smi/*
bool find_cpus();               // possible ones through the control window; starts those present
bool set_up_smram();            // TSEG filled, every SMBASE moved into it, SMRAM and SMI_EN locked

// All of it.
bool run();

}  // namespace unpark::guest::firmware
