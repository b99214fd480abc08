// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "bench/report.h"

// How the samples of a bench are spread, all peers over each other, on one logarithmic axis. Empty
// if no peer has a sample above zero, which is all that a logarithm can show.
namespace unpark::bench {

// The share of samples in each of 48 equal steps of the logarithm; the share is logarithmic too, so
// that a single late sample is seen.
std::string histogram_svg(const Bench& bench);

// The share of samples at or below each value.
std::string cdf_svg(const Bench& bench);

}  // namespace unpark::bench
