// SPDX-License-Identifier: Apache-2.0
#pragma once

// AML as nested values: every function is the ASL term of its name and gives its encoding.
//
//   // Device (COM1) { Name (_UID, One) }
//   device("COM1"_seg, {name("_UID"_seg, integer(1))})
#include "acpi/aml_data.h"
#include "acpi/aml_expression.h"
#include "acpi/aml_field.h"
#include "acpi/aml_name.h"
#include "acpi/aml_object.h"
#include "acpi/aml_resource.h"
#include "acpi/aml_statement.h"
#include "acpi/aml_term.h"
