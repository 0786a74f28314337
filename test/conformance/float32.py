"""binary32 in whole numbers: nothing here adds, multiplies or divides by the processor's floating point.

A value is an int, the number times 2^149, which every finite float32 makes whole; or one of the four that are no such
number: -0.0, inf, -inf and nan, as Python's floats.
"""

import math
import struct

UNIT = 149
LARGEST = ((1 << 24) - 1) << (127 - 23 + UNIT)
INF, NAN, MINUS_ZERO = math.inf, math.nan, -0.0


def rounded(numerator, shift):
    """numerator / 2^shift to the nearest float32, ties to even; 0 has the sign + (its caller knows better)."""
    size = abs(numerator)
    drop = max(shift - UNIT, size.bit_length() - 24)
    if drop > 0:
        kept, rest, half = size >> drop, size & ((1 << drop) - 1), 1 << (drop - 1)
        kept += rest > half or (rest == half and kept & 1)
        size = kept << (drop - (shift - UNIT))
    else:
        size <<= UNIT - shift
    if size > LARGEST:
        return -INF if numerator < 0 else INF
    return (-size if numerator < 0 else size) or (MINUS_ZERO if numerator < 0 else 0)


def from_float(value):
    """A binary64 number, rounded."""
    if value == 0 or math.isinf(value) or math.isnan(value):
        return value if value != 0 or math.copysign(1, value) < 0 else 0
    numerator, denominator = value.as_integer_ratio()
    return rounded(numerator, denominator.bit_length() - 1)


def to_float(value):
    """As a binary64 number, which holds every float32."""
    return math.ldexp(value, -UNIT) if type(value) is int else value


def from_bits(word):
    return from_float(struct.unpack("<f", struct.pack("<I", word))[0])


def to_bytes(value):
    if value != value:
        return b"\x00\x00\xc0\x7f"
    return struct.pack("<f", to_float(value))


def is_negative(value):
    return value < 0 or (type(value) is float and value == 0)


def add(a, b):
    if type(a) is int and type(b) is int:
        return rounded(a + b, UNIT)
    if type(a) is int and a == 0 or type(b) is int and b == 0:
        return (b if b != 0 else 0) if type(a) is int else (a if a != 0 else 0)
    if a == 0:
        return b
    if b == 0:
        return a
    if a != a or b != b or (type(a) is float and type(b) is float and a != b):
        return NAN
    return a if type(a) is float else b


def multiply(a, b):
    if type(a) is int and type(b) is int and a and b:
        return rounded(a * b, 2 * UNIT)
    if a != a or b != b or (a == 0 and b in (INF, -INF)) or (b == 0 and a in (INF, -INF)):
        return NAN
    negative = is_negative(a) != is_negative(b)
    if a == 0 or b == 0:
        return MINUS_ZERO if negative else 0
    return -INF if negative else INF


def divide(a, whole):
    """a / whole, for a whole number from 0 on."""
    if whole == 0:
        return NAN if a == 0 or a != a else (-INF if a < 0 else INF)
    if type(a) is float or a == 0:
        return a
    # 64 more bits than are kept, and the lowest one set where something is left: it rounds like the quotient.
    quotient, rest = divmod(abs(a) << 320, whole)
    quotient = quotient << 1 | (rest != 0)
    return rounded(-quotient if a < 0 else quotient, UNIT + 321)


def less(a, b):
    """IEEE's a < b: false with a NaN, and the zeros are equal."""
    return a < b
