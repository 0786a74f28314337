"""The activations of CONFORMANCE.md. Those beyond + - * / are binary64 step by step, which Python's floats are."""

import math

from float32 import INF, add, divide, from_float, less, multiply, to_float

HALF, ONE, SIX = from_float(0.5), from_float(1.0), from_float(6.0)


def clamp(v, low, high):
    t = low if less(v, low) else v
    return high if less(high, t) else t


def hard_sigmoid(v):
    return clamp(add(divide(v, 6), HALF), 0, ONE)


def polynomial(x, coefficients):
    total = coefficients[0]
    for c in coefficients[1:]:
        total = total * x + c
    return total


def within(x, bound):
    return -bound if x < -bound else bound if x > bound else x


EXPONENTIAL = [
    1.6059043836821613e-10, 2.08767569878681e-9, 2.505210838544172e-8, 2.755731922398589e-7, 2.7557319223985893e-6,
    2.48015873015873e-5, 1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2,
    0.16666666666666666, 0.5, 1.0, 1.0,
]
ELU = [
    1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2, 0.16666666666666666, 0.5,
    1.0,
]
TANH = [-5.396825396825397e-2, 0.13333333333333333, -0.3333333333333333, 1.0]
LOGARITHM = [
    0.04, 0.043478260869565216, 0.047619047619047616, 0.05263157894736842, 0.058823529411764705, 0.06666666666666667,
    0.07692307692307693, 0.09090909090909091, 0.1111111111111111, 0.14285714285714285, 0.2, 0.3333333333333333, 1.0,
]
GELU = [
    5.5755646500653706e-8, -1.8251578321488342e-7, -9.862371775488005e-7, 2.0360187849934973e-7, 7.340056514476082e-6,
    1.2246562750316477e-5, -2.881997392522231e-5, -1.4669715457864217e-4, -9.260256606926413e-6, 1.2729011804640197e-3,
    1.3870352357707384e-3, -1.2786640293913687e-2, -1.2882793283312871e-2, 0.20817104924642368, -0.6550932654348854,
    1.1368564252335847,
]


def exponential(x):
    k = x * 1.4426950408889634 + 6755399441055744.0 - 6755399441055744.0
    r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10
    return polynomial(r, EXPONENTIAL) * math.ldexp(1.0, int(k))


def logistic(x):
    return 1 / (1 + exponential(-within(x, 110)))


def elu(v, alpha):
    x = within(v, 110)
    if x < -0.0625:
        return alpha * (exponential(x) - 1)
    return alpha * (polynomial(x, ELU) * x)


def tanh(v):
    if -0.0625 < v < 0.0625:
        return polynomial(v * v, TANH) * v
    x = within(v, 20)
    result = 1 - 2 / (exponential(2 * abs(x)) + 1)
    return -result if x < 0 else result


def silu(v):
    x = -110.0 if v < -110 else v
    return x * logistic(x)


def softplus(v):
    x = within(v, 110)
    z = exponential(x if x < 0 else -x)
    s = z / (2 + z)
    return (v if v > 0 else 0.0) + 2 * s * polynomial(s * s, LOGARITHM)


def gelu(v):
    x = -15.0 if v < -15 else v
    size = within(abs(x), 15)
    t = size * 0.7071067811865476
    s = ((t - 2) / (t + 2)) * 1.1869158878504673 + 0.18691588785046728
    tail = (exponential(-0.5 * size * size) * polynomial(s, GELU)) / (t + 2)
    return 0.5 * x * (tail if x < 0 else 2 - tail)


TRANSCENDENTAL = {"sigmoid": logistic, "tanh": tanh, "silu": silu, "softplus": softplus, "gelu": gelu}


def activate(v, activation, slope):
    """A value through an activation as an option names it; `slope` is prelu's for its channel."""
    given = activation if isinstance(activation, dict) else {"type": activation or "linear"}
    name = given["type"]
    if v != v or name == "linear":
        return v
    negative = less(v, 0)
    if name == "relu":
        return 0 if negative else v
    if name == "relu6":
        return clamp(v, 0, SIX)
    if name == "clamp":
        return clamp(v, from_float(float(given["min"])), from_float(float(given["max"])))
    if name == "leakyRelu":
        return multiply(from_float(given.get("alpha", 0.01)), v) if negative else v
    if name == "prelu":
        return multiply(slope, v) if negative else v
    if name == "hardSigmoid":
        return hard_sigmoid(v)
    if name == "hardSwish":
        return multiply(v, hard_sigmoid(v))
    if name == "elu":
        alpha = to_float(from_float(float(given.get("alpha", 1))))
        return from_float(elu(to_float(v), alpha)) if negative else v
    if v == INF and name in ("silu", "gelu", "softplus"):
        return v
    return from_float(TRANSCENDENTAL[name](to_float(v)))
