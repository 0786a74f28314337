// No vector instructions: a Vec is a single lane.
#pragma once
#include "lane.h"
#include "pair.h"
#include "tuning.h"

namespace {
using Vec = Lane;
using Tuning = UsualTuning;
}  // namespace
