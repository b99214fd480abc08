// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "bench/report.h"

// How figures and places are put into words, the same on the terminal and in HTML.
namespace unpark::bench {

// Three digits that count, more for whole thousands: "0.0123", "1.23", "12.3", "123", "12,346",
// "1.23e+12". At most ten characters.
std::string figure(double n);

// A number that somebody chose, without the zeros at its end: "0.6", "1.15", "100".
std::string round_figure(double n);

// "0.58 to 0.66".
std::string range(const Interval& i);

// "1 CPU", "4 CPUs", "4 CPUs, 28 parked".
std::string machine_of(const Bench& bench);

// The machine and what the other CPUs do: "4 CPUs, the others halted".
std::string place_of(const Bench& bench);

std::string_view word_of(Verdict verdict);  // "met", "missed"

// One line that a terminal only shows: characters that would steer it, line ends among them, become
// U+FFFD, as do bytes that are not UTF-8.
std::string printable(std::string_view text);

// Code points of UTF-8 text that printable() has returned.
std::size_t width_of(std::string_view text);

// Exactly `width` columns of printable text: filled with blanks, or cut with "..." at the end.
std::string fitted(std::string_view text, std::size_t width);

}  // namespace unpark::bench
