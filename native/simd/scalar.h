// No vector instructions: a Vec is a single lane.
#pragma once
#include "lane.h"

namespace {
using Vec = Lane;
}
