"""Works out conformance vectors from CONFORMANCE.md alone: no code of the library, no package, no processor's rounding.

python3 vectors.py vectors-v1.json [share shares] prints the cases whose hashes are others, and their number.
"""

import hashlib
import json
import sys
from math import prod

from float32 import INF, LARGEST, MINUS_ZERO, NAN, UNIT, from_bits, from_float, to_bytes
from operations import OPERATIONS, Image

EDGES = [
    NAN, INF, -INF, MINUS_ZERO, 0, 1, -1, 1 << 23, 1 - (1 << 23), LARGEST, -LARGEST, 1 << UNIT, -1 << UNIT,
    1 << (UNIT - 1), -110 << UNIT, 355 << (UNIT - 2),
]


def unit(state):
    """(state / 2^31 - 1), of the upper 24 bits."""
    return ((state >> 8) - (1 << 23)) << (UNIT - 23)


KINDS = {
    "unit": unit,
    "wide": lambda state: unit(state) << 4,
    "integer": lambda state: ((state >> 28) - 8) << UNIT,
    "tiny": lambda state: unit(state) >> 126,
    "huge": lambda state: unit(state) << 127,
    "edge": lambda state: EDGES[state >> 26] if state >> 30 == 0 else unit(state),
    "bits": from_bits,
}


class Case:
    def __init__(self, vector):
        state = vector["id"]

        def draw(length, kind):
            nonlocal state
            values = []
            for _ in range(length):
                state = (state * 1664525 + 1013904223) % 2**32
                values.append(kind(state))
            return values

        values, weights = KINDS[vector.get("values", "unit")], KINDS[vector.get("weights", "unit")]
        self.options = vector.get("options", {})
        self.is_bytes = vector.get("dtype") == "uint8"
        byte = lambda state: (state >> 24) << UNIT
        input_ = draw(prod(vector["input"]), byte if self.is_bytes else values)
        self.image = Image(vector["input"], self.options.get("layout", "NHWC"), input_)
        self.filters = [(shape, draw(prod(shape), weights)) for shape in vector.get("filters", [])]
        self.biases, self.slopes = {}, {}
        for half, bias, activation in (("depthwise", "depthwiseBias", "depthwiseActivation"), ("", "bias", "activation")):
            self.biases[half] = draw(vector[bias], weights) if bias in vector else None
            given = self.options.get(activation)
            is_prelu = isinstance(given, dict) and given["type"] == "prelu"
            self.slopes[half] = draw(given["slope"], weights) if is_prelu else None
        self.residual = draw(prod(vector["residual"]), values) if "residual" in vector else None


def to_byte(v):
    """As Uint8ClampedArray stores it: NaN is 0, saturated, ties to even."""
    if v != v or v <= 0:
        return 0
    if v >= 255 << UNIT:
        return 255
    whole, rest = divmod(v, 1 << UNIT)
    half = 1 << (UNIT - 1)
    return whole + (rest > half or (rest == half and whole % 2 == 1))


def sha256(operation, vector):
    case = Case(vector)
    values = OPERATIONS[operation](case.image, case).values
    data = bytes(map(to_byte, values)) if case.is_bytes else b"".join(map(to_bytes, values))
    return hashlib.sha256(data).hexdigest()


def main(path, share=0, shares=1):
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    checked, different = 0, []
    for operation, vectors in cases.items():
        for vector in vectors:
            if vector["id"] % int(shares) != int(share):
                continue
            checked += 1
            if sha256(operation, vector) != vector["sha256"]:
                different.append(f"{operation} {vector['id']}")
    print(json.dumps({"checked": checked, "different": different}))


if __name__ == "__main__":
    main(*sys.argv[1:])
