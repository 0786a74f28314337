"""The operations of CONFORMANCE.md on flat lists of float32 values, in the layout that the options name."""

from math import ceil

from activations import activate
from float32 import INF, NAN, add, divide, less, multiply


class Image:
    """Values in a layout; its sizes are those of [n, h, w, c] in either."""

    def __init__(self, shape, layout, values=None):
        self.layout = layout
        n, b, c, d = shape
        self.batch, self.height, self.width, self.channels = (n, b, c, d) if layout == "NHWC" else (n, c, d, b)
        self.values = values if values is not None else [0] * (n * b * c * d)

    def at(self, n, y, x, c):
        if self.layout == "NHWC":
            return ((n * self.height + y) * self.width + x) * self.channels + c
        return ((n * self.channels + c) * self.height + y) * self.width + x

    def get(self, n, y, x, c):
        return self.values[self.at(n, y, x, c)]

    def like(self, height, width, channels):
        shape = [self.batch, height, width, channels]
        return Image(shape if self.layout == "NHWC" else [shape[0], channels, height, width], self.layout)

    def places(self):
        for n in range(self.batch):
            for y in range(self.height):
                for x in range(self.width):
                    for c in range(self.channels):
                        yield n, y, x, c


def pair(value):
    return value if isinstance(value, list) else [value, value]


def split(total, mode):
    less_, more = total // 2, total - total // 2
    return (less_, more) if mode == "same" else (more, less_)


def sides(padding, axis):
    """Before and after along an axis, of a padding in numbers."""
    if isinstance(padding, dict):
        return (padding["top"], padding["bottom"]) if axis == 0 else (padding["left"], padding["right"])
    return (0, 0) if padding == "valid" else (pair(padding)[axis],) * 2


class Axis:
    """A window along one axis of the input."""

    def __init__(self, options, axis, size, taps):
        self.size, self.taps = size, taps
        self.stride = pair(options.get("strides", 1))[axis]
        self.dilation = pair(options.get("dilations", 1))[axis]
        self.extent = (taps - 1) * self.dilation + 1
        padding = options.get("padding", "valid")
        self.mode = padding if padding in ("same", "same-lower") else None
        if self.mode:
            total = max(0, (ceil(size / self.stride) - 1) * self.stride + self.extent - size)
            self.before, self.after = split(total, self.mode)
        else:
            self.before, self.after = sides(padding, axis)
        self.padded = size + self.before + self.after
        self.output = (self.padded - self.extent) // self.stride + 1
        if options.get("ceilMode"):
            windows = -((self.extent - self.padded) // self.stride) + 1
            if (windows - 1) * self.stride >= size + self.before:
                windows -= 1
            self.output = windows if windows >= 1 else self.output

    def reach(self, out):
        """(tap, position) of each tap inside the input."""
        origin = out * self.stride - self.before
        places = [(k, origin + k * self.dilation) for k in range(self.taps)]
        return [(k, at) for k, at in places if 0 <= at < self.size]

    def padded_taps(self, out):
        places = [out * self.stride + k * self.dilation for k in range(self.taps)]
        return sum(1 for at in places if at < self.padded)


class TransposedAxis(Axis):
    def __init__(self, options, axis, size, taps):
        super().__init__(options, axis, size, taps)
        if self.mode:
            self.before, self.after = split(max(0, self.extent - self.stride), self.mode)
            self.output = size * self.stride
        else:
            extra = pair(options.get("outputPadding", 0))[axis]
            self.output = (size - 1) * self.stride + self.extent - self.before - self.after + extra

    def reach(self, out):
        found = []
        for k in range(self.taps):
            at, rest = divmod(out + self.before - k * self.dilation, self.stride)
            if rest == 0 and 0 <= at < self.size:
                found.append((k, at))
        return found


def convolve(image, axes, outputs, products, case, half=""):
    """`products(c)` gives input channels i and weight(ky, kx, i) of an output channel."""
    options, (rows, columns) = case.options, axes
    output = image.like(rows.output, columns.output, outputs)
    bias, slope = case.biases[half], case.slopes[half]
    activation = options.get("depthwiseActivation" if half else "activation")
    residual = None if half or case.residual is None else case.residual
    for n, y, x, o in output.places():
        total = add(0, bias[o]) if bias else 0
        channels, weight = products(o)
        for ky, iy in rows.reach(y):
            for kx, ix in columns.reach(x):
                for i, c in enumerate(channels):
                    total = add(total, multiply(image.get(n, iy, ix, c), weight(ky, kx, i)))
        place = output.at(n, y, x, o)
        if residual:
            total = add(total, residual[place])
        output.values[place] = activate(total, activation, slope[o] if slope else None)
    return output


def window(image, options, height, width, axis=Axis):
    return axis(options, 0, image.height, height), axis(options, 1, image.width, width)


def depthwise(image, case, half=""):
    shape, f = case.filters[0]
    if image.layout == "NHWC":
        kh, kw, c, m = shape
        weights = lambda o: lambda ky, kx, i: f[(ky * kw + kx) * c * m + o]
    else:
        (o_, _, kh, kw), c = shape, image.channels
        m = o_ // c
        weights = lambda o: lambda ky, kx, i: f[(o * kh + ky) * kw + kx]
    axes = window(image, case.options, kh, kw)
    return convolve(image, axes, c * m, lambda o: ([o // m], weights(o)), case, half)


def pointwise(image, case, index=0, options=None):
    shape, f = case.filters[index]
    rows_first = image.layout == "NHWC"
    inputs, outputs = shape if rows_first else shape[::-1]
    at = (lambda o, i: i * outputs + o) if rows_first else (lambda o, i: o * inputs + i)
    axes = window(image, case.options if options is None else options, 1, 1)
    products = lambda o: (range(inputs), lambda ky, kx, i: f[at(o, i)])
    return convolve(image, axes, outputs, products, case)


def separable(image, case):
    return pointwise(depthwise(image, case, "depthwise"), case, 1, {})


def conv2d(image, case):
    shape, f = case.filters[0]
    groups = case.options.get("groups", 1)
    if image.layout == "NHWC":
        kh, kw, inputs, outputs = shape
        at = lambda o, ky, kx, i: ((ky * kw + kx) * inputs + i) * outputs + o
    else:
        outputs, inputs, kh, kw = shape
        at = lambda o, ky, kx, i: ((o * inputs + i) * kh + ky) * kw + kx
    def products(o):
        first = o // (outputs // groups) * inputs
        return range(first, first + inputs), lambda ky, kx, i: f[at(o, ky, kx, i)]
    return convolve(image, window(image, case.options, kh, kw), outputs, products, case)


def transposed(image, case):
    shape, f = case.filters[0]
    groups = case.options.get("groups", 1)
    if image.layout == "NHWC":
        kh, kw, share, inputs = shape
        at = lambda o, ky, kx, i: ((ky * kw + kx) * share + o % share) * inputs + i
    else:
        inputs, share, kh, kw = shape
        at = lambda o, ky, kx, i: ((i * share + o % share) * kh + ky) * kw + kx
    each = inputs // groups
    def products(o):
        first = o // share * each
        return range(first, first + each), lambda ky, kx, i: f[at(o, ky, kx, first + i)]
    axes = window(image, case.options, kh, kw, TransposedAxis)
    return convolve(image, axes, share * groups, products, case)


def pool(image, axes, reduce_):
    rows, columns = axes
    output = image.like(rows.output, columns.output, image.channels)
    for n, y, x, c in output.places():
        values = [image.get(n, iy, ix, c) for _, iy in rows.reach(y) for _, ix in columns.reach(x)]
        output.values[output.at(n, y, x, c)] = reduce_(values, y, x)
    return output


def largest(values, *_):
    m = -INF
    for v in values:
        if m == m and (v != v or less(m, v)):
            m = v
    return m


def total(values):
    sum_ = 0
    for v in values:
        sum_ = add(sum_, v)
    return sum_


def pooling(is_max):
    def run(image, case):
        height, width = pair(case.options["windowDimensions"])
        options = {"strides": [height, width], **case.options}
        axes = window(image, options, height, width)
        if is_max:
            return pool(image, axes, largest)
        def mean(values, y, x):
            padded = options.get("countIncludePad")
            count = axes[0].padded_taps(y) * axes[1].padded_taps(x) if padded else len(values)
            return divide(total(values), count)
        return pool(image, axes, mean)
    return run


def global_pooling(is_max):
    def run(image, _):
        axes = window(image, {}, image.height, image.width)
        return pool(image, axes, largest if is_max else lambda values, *_: divide(total(values), len(values)))
    return run


def elements(image, case):
    output = image.like(image.height, image.width, image.channels)
    slope = case.slopes[""]
    for n, y, x, c in output.places():
        place = output.at(n, y, x, c)
        v = image.values[place]
        if case.residual is not None:
            v = add(v, case.residual[place])
        output.values[place] = activate(v, case.options.get("activation"), slope[c] if slope else None)
    return output


def bordered(border, at, size):
    """The position that stands for `at`, or None."""
    if 0 <= at < size:
        return at
    if border == "zero":
        return None
    if border == "replicate":
        return 0 if at < 0 else size - 1
    if border == "wrap":
        return at % size
    while size > 1 and not 0 <= at < size:
        at = -at if at < 0 else 2 * (size - 1) - at
    return at if size > 1 else 0


def sep_filter(image, case):
    border = case.options.get("border", "replicate")
    def one_pass(source, taps, is_row):
        output = source.like(source.height, source.width, source.channels)
        anchor = (len(taps) - 1) // 2
        for n, y, x, c in output.places():
            sum_ = 0
            for k, tap in enumerate(taps):
                step = k - anchor
                at = bordered(border, (x if is_row else y) + step, source.width if is_row else source.height)
                if at is not None:
                    v = source.get(n, y, at, c) if is_row else source.get(n, at, x, c)
                    sum_ = add(sum_, multiply(v, tap))
            output.values[output.at(n, y, x, c)] = sum_
        return output
    (_, row), (_, column) = case.filters
    return one_pass(one_pass(image, row, True), column, False)


OPERATIONS = {
    "depthwiseConv2d": depthwise,
    "pointwiseConv2d": pointwise,
    "separableConv2d": separable,
    "conv2d": conv2d,
    "convTranspose2d": transposed,
    "maxPool2d": pooling(True),
    "avgPool2d": pooling(False),
    "globalMaxPool2d": global_pooling(True),
    "globalAvgPool2d": global_pooling(False),
    "activate": elements,
    "add": elements,
    "sepFilter2d": sep_filter,
}
