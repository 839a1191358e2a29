r"""1-D convolution as networks use it: stride, padding, dilation, groups; by loops, by strides, by FFT.

Lesson: ``notebooks/04_convolution.ipynb``. What deep learning calls convolution is a correlation: the kernel is
*not* flipped,

.. math:: y_o[n] = b_o + \sum_c \sum_j w_{o,c}[j]\, x_c[s\,n + d\,j - p]

with stride s, dilation d and p samples of padding on the left. Signal processing flips it:
``numpy.convolve(x, h)`` is ``conv1d(x, h[::-1], padding=len(h) - 1)``.

Sources: A. V. Oppenheim and R. W. Schafer, *Discrete-Time Signal Processing*, 3rd ed., sections 2.3 (convolution)
and 8.7 (overlap-save); V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning"
(arXiv:1603.07285; output lengths); the references of ``torch.nn.functional.conv1d`` and ``keras.layers.Conv1D``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array, as_numbers, irfft, is_complex, is_numpy, like, namespace, rfft, zeros
from ._validate import one_of, positive_int
from .errors import ParameterError, SampleTypeError
from .frames import extend, frame_rows

__all__ = [
    "Conv1dCost",
    "Conv1dGradients",
    "conv1d",
    "conv1d_cost",
    "conv1d_gradients",
    "conv1d_output_length",
    "conv1d_padding",
    "receptive_field",
    "separable_conv1d_cost",
]

Padding = str | int | tuple[int, int]

# How samples beyond the ends are found: PyTorch's names, and those of dspkit.frames (and NumPy).
_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
_METHODS = ("auto", "loops", "strides", "fft")
_FORMATS = ("NCW", "NWC")


def conv1d_padding(
    n: int, kernel_size: int, *, stride: int = 1, padding: Padding = "valid", dilation: int = 1
) -> tuple[int, int]:
    """How many samples a kind of padding puts before and behind ``n`` samples.

    With the kernel's *span* ``S = dilation * (kernel_size - 1) + 1``:

    ============ ===================================================================== ====================
    ``valid``    none: only places where the whole kernel lies on the sound            ``(0, 0)``
    ``same``     as many outputs as ``ceil(n / stride)``; an odd one goes to the right ``(t // 2, t - t // 2)``
    ``causal``   all before: no output sees a later sample                             ``(S - 1, 0)``
    number       so many on both sides
    pair         before, behind
    ============ ===================================================================== ====================

    where ``t = max((ceil(n / stride) - 1) * stride + S - n, 0)``. This is Keras' and TensorFlow's rule. PyTorch knows
    "same" for stride 1 only, and there it is the same.

    Examples
    --------
    >>> conv1d_padding(10, 4, padding="same"), conv1d_padding(10, 4, padding="causal", dilation=2)
    ((1, 2), (6, 0))

    """
    n, k = positive_int(n, "n", unit="samples"), positive_int(kernel_size, "kernel_size", unit="samples")
    s, span = positive_int(stride, "stride"), _span(k, dilation)
    if isinstance(padding, str):
        kind = one_of(padding, ("valid", "same", "causal"), "padding")
        if kind == "valid":
            return 0, 0
        if kind == "causal":
            return span - 1, 0
        total = max((-(-n // s) - 1) * s + span - n, 0)
        return total // 2, total - total // 2
    if isinstance(padding, Sequence):
        if len(padding) != 2:
            raise ParameterError(f"padding={padding!r}; expected a word, a number, or a pair: before, behind.")
        left, right = (positive_int(p, "padding", minimum=0, unit="samples") for p in padding)
        return left, right
    both = positive_int(padding, "padding", minimum=0, unit="samples")
    return both, both


def _span(kernel_size: int, dilation: int) -> int:
    """How many samples a kernel spans, its gaps included."""
    return positive_int(dilation, "dilation") * (positive_int(kernel_size, "kernel_size") - 1) + 1


def conv1d_output_length(
    n: int, kernel_size: int, *, stride: int = 1, padding: Padding = "valid", dilation: int = 1
) -> int:
    r"""How many outputs a convolution has: :math:`\lfloor (n + p_l + p_r - S) / s \rfloor + 1`.

    Parameters
    ----------
    n, kernel_size : int
        Samples in, and taps of the kernel.
    stride, padding, dilation
        As for :func:`conv1d`; S is the kernel's span, ``dilation * (kernel_size - 1) + 1``.

    Raises
    ------
    ParameterError
        If the kernel is longer than the padded sound.

    Examples
    --------
    >>> [conv1d_output_length(10, 3, stride=2, padding=p) for p in ("valid", "same", "causal", 1)]
    [4, 5, 5, 5]

    """
    left, right = conv1d_padding(n, kernel_size, stride=stride, padding=padding, dilation=dilation)
    n, stride, span = int(n), int(stride), _span(kernel_size, dilation)
    if n + left + right < span:
        raise ParameterError(
            f"the kernel spans {span} samples (dilation {dilation} times {kernel_size - 1}, plus 1), but the padded "
            f"sound has {n + left + right}: no output. Take a shorter kernel, less dilation, or more padding."
        )
    return (n + left + right - span) // stride + 1


def receptive_field(
    kernel_sizes: Sequence[int], *, strides: Sequence[int] | int = 1, dilations: Sequence[int] | int = 1
) -> int:
    """How many samples one output of a stack of layers sees: ``1 + Σ d·(k − 1)·(product of the strides before)``.

    Parameters
    ----------
    kernel_sizes : sequence of int
        One for each layer, the first one first.
    strides, dilations : int or sequence of int

    Examples
    --------
    >>> receptive_field([2] * 10, dilations=[2**i for i in range(10)])  # ten layers of WaveNet's
    1024

    """
    layers = len(kernel_sizes)
    each = [[v] * layers if isinstance(v, int | np.integer) else list(v) for v in (strides, dilations)]
    if any(len(v) != layers for v in each):
        raise ParameterError(f"{layers} layers, but {len(each[0])} strides and {len(each[1])} dilations.")
    field, step = 1, 1
    for k, s, d in zip(kernel_sizes, *each, strict=True):
        field += positive_int(d, "dilations") * (positive_int(k, "kernel_sizes") - 1) * step
        step *= positive_int(s, "strides")
    return field


class Conv1dCost(NamedTuple):
    """What :func:`conv1d_cost` returns."""

    parameters: int  # numbers to learn
    operations: int  # multiplications, each with an addition, for n_out outputs of every channel


def conv1d_cost(
    in_channels: int, out_channels: int, kernel_size: int, *, n_out: int = 1, groups: int = 1, bias: bool = True
) -> Conv1dCost:
    """Parameters of a layer, and multiplications for ``n_out`` outputs of each of its channels.

    Examples
    --------
    >>> conv1d_cost(128, 256, 9, bias=False)
    Conv1dCost(parameters=294912, operations=294912)
    >>> conv1d_cost(128, 128, 9, groups=128, bias=False)  # depthwise: each channel for itself
    Conv1dCost(parameters=1152, operations=1152)

    """
    c, o = positive_int(in_channels, "in_channels"), positive_int(out_channels, "out_channels")
    _check_groups(c, o, positive_int(groups, "groups"))
    weights = o * (c // groups) * positive_int(kernel_size, "kernel_size")
    return Conv1dCost(weights + (o if bias else 0), weights * positive_int(n_out, "n_out"))


def separable_conv1d_cost(
    in_channels: int, out_channels: int, kernel_size: int, *, n_out: int = 1, bias: bool = True
) -> Conv1dCost:
    """The same of a depthwise-separable layer: a kernel for each channel, then a mixture of channels (kernel of 1).

    One bias, at the end, as in Keras' ``SeparableConv1D``.

    Examples
    --------
    >>> separable_conv1d_cost(128, 256, 9, bias=False)  # a full layer has 294,912
    Conv1dCost(parameters=33920, operations=33920)

    """
    depthwise = conv1d_cost(in_channels, in_channels, kernel_size, n_out=n_out, groups=in_channels, bias=False)
    pointwise = conv1d_cost(in_channels, out_channels, 1, n_out=n_out, bias=bias)
    return Conv1dCost(*(a + b for a, b in zip(depthwise, pointwise, strict=True)))


def conv1d(
    x: Any,
    kernel: Any,
    *,
    bias: Any = None,
    stride: int = 1,
    padding: Padding = "valid",
    padding_mode: str = "zeros",
    dilation: int = 1,
    groups: int = 1,
    data_format: str = "NCW",
    method: str = "auto",
) -> Array:
    """Slide a kernel over a sound, multiply and add, as ``torch.nn.functional.conv1d`` and Keras' ``Conv1D`` do.

    The kernel is not flipped; see the module's docstring.

    Parameters
    ----------
    x : array (n,), (channels, n) or (batch, channels, n)
        With ``data_format="NWC"``: (n, channels) or (batch, n, channels). Integers become float64.
    kernel : array (k,) for x (n,); else (out_channels, channels // groups, k)
        With ``data_format="NWC"``: (k, channels // groups, out_channels), as Keras stores it. Its dtype becomes x's.
    bias : array (out_channels,) or number, optional
    stride : int
        Distance between two places of the kernel, in samples.
    padding : {"valid", "same", "causal"}, int or (int, int)
        See :func:`conv1d_padding`.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What stands there. "reflect" needs fewer samples of padding than x has, "circular" no more.
    dilation : int
        Distance between two taps of the kernel, in samples.
    groups : int
        Channels are cut into so many groups that do not see each other; ``groups=channels`` is depthwise.
    data_format : {"NCW", "NWC"}
        Channels before time (PyTorch), or behind (Keras, TensorFlow).
    method : {"auto", "loops", "strides", "fft"}
        The definition (slow); a matrix product over a strided view; overlap-save; or what is sooner, as measured. The
        FFT's rounding errors are in proportion to the *loudest* output of a block (1e-7 of it in float32), and it
        spreads a NaN; "auto" takes strides where NumPy samples are not finite.

    Returns
    -------
    array of x's kind, dtype and order of axes: (n_out,), (out_channels, n_out) or (batch, out_channels, n_out)

    Raises
    ------
    ParameterError, SampleTypeError
        For shapes that do not go together, a kernel longer than the padded sound, complex numbers.

    Examples
    --------
    >>> conv1d([0, 3, 4, 5], [1, 2])
    array([ 6., 11., 14.])
    >>> conv1d([0, 3, 4, 5], [1, 2], padding="causal")
    array([ 0.,  6., 11., 14.])

    """
    job = _job(x, kernel, stride, padding, padding_mode, dilation, groups, data_format)
    y = _by(one_of(method, _METHODS, "method"), job)
    if bias is not None:
        xp, b = namespace(y), _as(bias, y, "bias")
        if tuple(b.shape) not in {(), (y.shape[1],)}:
            raise ParameterError(
                f"bias has shape {tuple(b.shape)}; expected ({y.shape[1]},): one for each channel out."
            )
        y = y + (xp.reshape(b, (1, -1, 1)) if b.ndim else b)
    return job.out(y)


class Conv1dGradients(NamedTuple):
    """What :func:`conv1d_gradients` returns: derivatives of a loss, each of the shape of what it is the gradient of."""

    x: Array
    kernel: Array
    bias: Array


def conv1d_gradients(
    x: Any,
    kernel: Any,
    grad_output: Any,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    padding_mode: str = "zeros",
    dilation: int = 1,
    groups: int = 1,
    data_format: str = "NCW",
) -> Conv1dGradients:
    """Backpropagation through :func:`conv1d`, by hand.

    Each output is a sum of products ``kernel[j] * x[s·n + d·j − p]``. So the gradient of tap j is the sum over n of the
    output's gradient times *what that tap saw*; that of a sample is the sum of the output's gradients times *the tap
    that saw it* (a convolution with the kernel flipped); that of the bias is the sum.

    Parameters
    ----------
    x, kernel, stride, padding, padding_mode, dilation, groups, data_format
        As given to :func:`conv1d`.
    grad_output : array of the shape of conv1d's result
        The derivative of the loss with respect to each output.

    Returns
    -------
    Conv1dGradients
        ``x``, ``kernel``: of their shapes; ``bias``: (out_channels,), or a number where x is (n,).

    Examples
    --------
    Learn [1, 2] back from what it did, by gradient descent on the mean squared error:

    >>> import numpy as np
    >>> x, wanted, w = np.array([0.0, 3.0, 4.0, 5.0]), np.array([6.0, 11.0, 14.0]), np.zeros(2)
    >>> for _ in range(500):
    ...     error = conv1d(x, w) - wanted
    ...     w = w - 0.02 * conv1d_gradients(x, w, 2 * error / 3).kernel
    >>> w.round(3)
    array([1., 2.])

    """
    job = _job(x, kernel, stride, padding, padding_mode, dilation, groups, data_format)
    g = job.back(grad_output)
    xp = namespace(job.x)
    B, o, n_out = g.shape
    G, k, s, d = groups, job.w.shape[-1], job.stride, job.dilation
    seen = xp.reshape(job.x, (B, G, -1, job.x.shape[-1]))
    w, g4 = xp.reshape(job.w, (G, o // G, -1, k)), xp.reshape(g, (B, G, o // G, n_out))
    grad_x = zeros(seen, tuple(seen.shape))
    taps = []
    flat = xp.reshape(xp.permute_dims(g4, (1, 2, 0, 3)), (G, o // G, B * n_out))
    for j in range(k):
        here = slice(j * d, j * d + (n_out - 1) * s + 1, s)  # what tap j saw
        saw = xp.reshape(xp.permute_dims(seen[..., here], (1, 0, 3, 2)), (G, B * n_out, -1))
        taps.append(xp.matmul(flat, saw))
        grad_x[..., here] += xp.matmul(xp.matrix_transpose(w[..., j]), g4)
    grad_x = _fold(xp.reshape(grad_x, (B, -1, grad_x.shape[-1])), *job.pad, job.padding_mode)
    grad_w = xp.reshape(xp.stack(taps, axis=-1), tuple(job.w.shape))
    grad_b = xp.sum(g, axis=(0, 2))
    if job.plain:
        return Conv1dGradients(grad_x[0, 0, :], grad_w[0, 0, :], grad_b[0])
    return Conv1dGradients(job.out(grad_x), xp.permute_dims(grad_w, (2, 1, 0)) if job.last else grad_w, grad_b)


def _fold(grad: Array, left: int, right: int, mode: str) -> Array:
    """Gradients of padded samples, added to those of the samples that they were copied from."""
    xp = namespace(grad)
    n = grad.shape[-1] - left - right
    before, behind = grad[..., :left], grad[..., left + n :]
    inner = xp.asarray(grad[..., left : left + n], copy=True)
    if mode == "reflect":
        inner[..., 1 : left + 1] += xp.flip(before, axis=-1)
        inner[..., n - 1 - right : n - 1] += xp.flip(behind, axis=-1)
    elif mode == "replicate":
        inner[..., :1] += xp.sum(before, axis=-1, keepdims=True)
        inner[..., n - 1 :] += xp.sum(behind, axis=-1, keepdims=True)
    elif mode == "circular":
        inner[..., n - left :] += before
        inner[..., :right] += behind
    return inner


# --- What is asked, checked and brought into one shape ------------------------------------------------------------


class _Job(NamedTuple):
    """A convolution: x padded (batch, channels, n), w (out, channels // groups, k)."""

    x: Array
    w: Array
    stride: int
    dilation: int
    groups: int
    n_out: int
    pad: tuple[int, int]
    padding_mode: str
    plain: bool  # x was (n,)
    single: bool  # there was no batch axis
    last: bool  # channels were last

    def out(self, y: Array) -> Array:
        """(batch, channels, n) as it was given."""
        if self.plain:
            return y[0, 0, :]
        y = namespace(y).matrix_transpose(y) if self.last else y
        return y[0, ...] if self.single else y

    def back(self, grad_output: Any) -> Array:
        """The gradient of the output as (batch, channels, n)."""
        g, xp = _as(grad_output, self.x, "grad_output"), namespace(self.x)
        shape = (self.x.shape[0], self.w.shape[0], self.n_out)
        given: tuple[int, ...] = (shape[0], shape[2], shape[1]) if self.last else shape
        given = (shape[2],) if self.plain else given[1:] if self.single else given
        if tuple(g.shape) != given:
            raise ParameterError(f"grad_output has shape {tuple(g.shape)}; expected that of conv1d's result, {given}.")
        g = xp.reshape(g, (1,) * (3 - g.ndim) + given)
        g = xp.matrix_transpose(g) if self.last else g
        return np.ascontiguousarray(g) if is_numpy(g) else g  # sums along contiguous axes are the exact ones


def _job(
    x: Any, kernel: Any, stride: int, padding: Padding, padding_mode: str, dilation: int, groups: int, data_format: str
) -> _Job:
    x, xp = as_numbers(x)
    if is_complex(x):
        raise SampleTypeError("x is complex; expected real samples. Convolve real and imaginary part for themselves.")
    w = _as(kernel, x, "kernel")
    last = one_of(data_format, _FORMATS, "data_format") == "NWC"
    groups, stride = positive_int(groups, "groups"), positive_int(stride, "stride")
    dilation = positive_int(dilation, "dilation")
    plain, single = x.ndim == 1, x.ndim == 2
    if (x.ndim, w.ndim) not in {(1, 1), (2, 3), (3, 3)} or 0 in (*x.shape, *w.shape):
        axes = "(n, channels), kernel (k, channels, out)" if last else "(channels, n), kernel (out, channels, k)"
        raise ParameterError(
            f"x has shape {tuple(x.shape)} and kernel {tuple(w.shape)}; expected x (n,) with kernel (k,), or "
            f"x {axes}, or a batch of such x; none empty."
        )
    if plain:
        x, w = x[None, None, :], w[None, None, :]
    else:
        x = x[None, ...] if single else x
        x, w = (xp.matrix_transpose(x), xp.permute_dims(w, (2, 1, 0))) if last else (x, w)
    _check_groups(x.shape[1], w.shape[0], groups)
    if w.shape[1] * groups != x.shape[1]:
        raise ParameterError(
            f"x has {x.shape[1]} channels in {groups} group{'s' if groups > 1 else ''}, but the kernel takes "
            f"{w.shape[1]} in each; expected {x.shape[1] // groups}. {_axis_hint(x, w, groups, last)}"
        )
    n, k = x.shape[-1], w.shape[-1]
    n_out = conv1d_output_length(n, k, stride=stride, padding=padding, dilation=dilation)
    pad = conv1d_padding(n, k, stride=stride, padding=padding, dilation=dilation)
    mode = one_of(padding_mode, _MODES, "padding_mode")
    most = {"reflect": n - 1, "circular": n}.get(mode)
    if most is not None and max(pad) > most:
        raise ParameterError(
            f"padding of {max(pad)} samples; padding_mode={mode!r} has at most {most} for {n} samples."
        )
    x = extend(x, -pad[0], n + pad[1], _MODES[mode], max(pad))
    return _Job(x, w, stride, dilation, groups, n_out, pad, mode, plain, single, last)


def _as(values: Any, x: Array, name: str) -> Array:
    """``values`` as real numbers of the kind and dtype of ``x``."""
    v, xp = as_numbers(values, name=name)
    if is_complex(v):
        raise SampleTypeError(f"{name} is complex; expected real numbers.")
    if not hasattr(values, "dtype"):  # a list
        v = like(v, x)
    elif xp is not namespace(x):
        raise SampleTypeError(
            f"{name} is a {type(values).__name__} and x a {type(x).__module__} array; expected both of one kind. "
            f"Send {name} to where x is."
        )
    return xp.astype(v, x.dtype) if hasattr(values, "dtype") else namespace(x).astype(v, x.dtype)


def _check_groups(c: int, o: int, groups: int) -> None:
    if c % groups or o % groups:
        raise ParameterError(
            f"groups={groups} does not divide {c} channels in and {o} out; expected a divisor of both."
        )


def _axis_hint(x: Array, w: Array, groups: int, last: bool) -> str:
    if w.shape[1] * groups == x.shape[2]:
        other = "(out, channels, k), say data_format='NCW'" if last else "(k, channels, out), say data_format='NWC'"
        return f"Are x's last two axes swapped? Swap them back (x.T for one sound); or, if the kernel is {other}."
    return "The kernel's axes are (k, channels in, out)." if last else "The kernel's axes are (out, channels in, k)."


# --- Three ways to the same numbers -------------------------------------------------------------------------------


def _by(method: str, job: _Job) -> Array:
    """(batch, out, n_out) by the method asked, or the one that should be soonest."""
    ways: dict[str, Callable[[_Job], Array]] = {"loops": _by_loops, "strides": _by_strides, "fft": _by_fft}
    if method != "auto":
        return ways[method](job)
    by_strides, by_fft = _nanoseconds(job)
    return _by_strides(job) if by_strides <= by_fft or not _finite(job) else _by_fft(job)


def _finite(job: _Job) -> bool:
    """Whether all of NumPy's numbers are finite: a zero times infinity would be NaN, where the sum has no such term."""
    with np.errstate(over="ignore", invalid="ignore"):
        return not is_numpy(job.x) or bool(np.isfinite(np.sum(job.x)) and np.isfinite(np.sum(job.w)))


def _by_loops(job: _Job) -> Array:
    """The definition, word for word: output channel, place, channel, tap."""
    x, w = job.x, job.w
    xp = namespace(x)
    of_group, per_group = w.shape[0] // job.groups, w.shape[1]
    y = zeros(x, (x.shape[0], w.shape[0], job.n_out))
    for o in range(w.shape[0]):
        first = o // of_group * per_group  # the first channel that this output sees
        for n in range(job.n_out):
            total = zeros(x, (x.shape[0],))
            for c in range(per_group):
                for j in range(w.shape[2]):
                    total = total + w[o, c, j] * x[:, first + c, n * job.stride + j * job.dilation]
            y[:, o, n] = xp.astype(total, x.dtype)
    return y


# Bytes of one block of what the kernel sees: half of a core's cache, measured best from 2^18 to 2^20.
BLOCK_BYTES = 1 << 19
# Rows of samples that one product with the banded matrix takes; columns of the rows after them that are used at least
# (a product of one column is slower than one of eight).
BAND_ROWS, BAND_TAIL = 1024, 8
# Above so many taps the matrix has too many zeros.
BAND_TAPS = 512


def _by_strides(job: _Job) -> Array:
    x, w, G = job.x, job.w, job.groups
    xp, k = namespace(x), w.shape[2]
    B, o = x.shape[0], w.shape[0] // G
    x4, w4 = xp.reshape(x, (B, G, -1, x.shape[-1])), xp.reshape(w, (G, o, -1, k))
    if not is_numpy(x):  # tap by tap: a product over the channels, and nothing copied
        places = [
            slice(j * job.dilation, j * job.dilation + (job.n_out - 1) * job.stride + 1, job.stride) for j in range(k)
        ]
        y = functools.reduce(xp.add, (xp.matmul(w4[None, :, :, :, j], x4[..., here]) for j, here in enumerate(places)))
        return xp.reshape(y, (B, G * o, job.n_out))
    y = np.empty((B, G, o, job.n_out), dtype=x.dtype)
    banded = _has_band(job) and _finite(job)
    for g in range(G):
        band = _band(w4[g, 0, 0], job.stride) if banded else None
        for b in range(B):
            if band is not None:
                _banded(x4[b, g, 0], band, job.stride, y[b, g, 0])
            else:
                _windows(x4[b, g], w4[g], job.stride, job.dilation, y[b, g])
    return y.reshape(B, G * o, job.n_out)


def _windows(x: np.ndarray, w: np.ndarray, stride: int, dilation: int, y: np.ndarray) -> None:
    """All windows that the kernel sees, as columns of a matrix, a block at a time: then it is a matrix product."""
    o, c, k = w.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, dilation * (k - 1) + 1, axis=-1)
    seen = windows[:, ::stride, ::dilation].transpose(0, 2, 1)  # channel, tap, place: a view
    size = max(16, BLOCK_BYTES // (c * k * x.itemsize))
    columns, rows = np.empty((c, k, min(size, y.shape[-1])), dtype=x.dtype), w.reshape(o, c * k)
    for start in range(0, y.shape[-1], size):
        stop = min(start + size, y.shape[-1])
        block = columns[..., : stop - start]
        block[...] = seen[..., start:stop]
        y[:, start:stop] = rows @ block.reshape(c * k, stop - start)


def _has_band(job: _Job) -> bool:
    o, per_group, k = job.w.shape
    one_channel = job.dilation == 1 and per_group == 1 and o == job.groups
    return one_channel and k <= BAND_TAPS and job.n_out * job.stride >= 8 * _band_length(k, job.stride)


def _band_length(k: int, stride: int) -> int:
    """Samples in a row: at least as many as there are taps, and a whole number of strides."""
    return -(-max(32, 1 << (k - 1).bit_length()) // stride) * stride


def _band(w: np.ndarray, stride: int) -> np.ndarray:
    """The banded (Toeplitz) matrix by which L + k − 1 samples, as a row, give L / stride outputs."""
    k, L = len(w), _band_length(len(w), stride)
    band = np.zeros((L + max(BAND_TAIL, k - 1), L // stride), dtype=w.dtype)
    band.reshape(-1)[_band_places(k, stride)] = w
    return band


@functools.lru_cache(maxsize=8)
def _band_places(k: int, stride: int) -> np.ndarray:
    """Where the taps stand in the flat band: a row for each of its columns."""
    columns = _band_length(k, stride) // stride
    column = np.arange(columns)[:, None]
    return (column * stride + np.arange(k)) * columns + column


def _banded(x: np.ndarray, band: np.ndarray, stride: int, y: np.ndarray) -> None:
    """One channel as products with its :func:`_band`.

    Rows of L samples, and the beginnings of the rows that follow them, so that nothing is copied. The zeros in the
    matrix are multiplied, too; as a matrix product it is sooner all the same.
    """
    L, columns = band.shape[1] * stride, band.shape[1]
    tail, here, after = len(band) - L, band[:L], band[L:]
    rows = np.ascontiguousarray(x[: len(x) // L * L]).reshape(-1, L)
    n_rows = max(0, len(rows) - 1)
    out, size = y[: n_rows * columns].reshape(n_rows, columns), min(BAND_ROWS, n_rows)
    scratch = np.empty((size, columns), dtype=x.dtype)
    for start in range(0, n_rows, BAND_ROWS):
        stop = min(start + BAND_ROWS, n_rows)
        np.matmul(rows[start:stop], here, out=out[start:stop])
        out[start:stop] += np.matmul(rows[start + 1 : stop + 1, :tail], after, out=scratch[: stop - start])
    rest, left = y[n_rows * columns :], np.zeros((-(-(len(x) - n_rows * L) // L) + 1, L), dtype=x.dtype)
    left.reshape(-1)[: len(x) - n_rows * L] = x[n_rows * L :]
    rest[...] = (left[:-1] @ here + left[1:, :tail] @ after).reshape(-1)[: rest.size]


def _by_fft(job: _Job) -> Array:
    """Overlap-save: blocks of n_fft samples, of which n_fft − S + 1 outputs are right; then every stride-th."""
    x, w, G = job.x, job.w, job.groups
    xp = namespace(x)
    (B, c, n), (o, per_group, k) = x.shape, w.shape
    span = job.dilation * (k - 1) + 1
    spread = zeros(w, (o, per_group, span))
    spread[..., :: job.dilation] = w
    n_fft = _n_fft(span, n)
    step = n_fft - span + 1
    n_blocks = -(-(n - span + 1) // step)
    x = extend(x, 0, (n_blocks - 1) * step + n_fft, "constant", 0)
    W = xp.reshape(xp.conj(rfft(spread, n=n_fft)), (1, G, o // G, per_group, 1, -1))  # conj: not flipped
    size = max(1, (1 << 20) // (n_fft * x.dtype.itemsize * max(c, o))) if is_numpy(x) else n_blocks
    parts = []
    for first in range(0, n_blocks, size):
        count = min(size, n_blocks - first)
        piece = x[..., first * step : (first + count - 1) * step + n_fft]
        X = xp.reshape(rfft(frame_rows(piece, n_fft, step), n=n_fft), (B, G, 1, per_group, count, -1))
        Y = functools.reduce(xp.add, (X[:, :, :, i, ...] * W[:, :, :, i, ...] for i in range(per_group)))
        parts.append(xp.reshape(irfft(Y, n=n_fft)[..., :step], (B, o, count * step)))
    y = (parts[0] if len(parts) == 1 else xp.concat(parts, axis=-1))[..., : n - span + 1 : job.stride]
    return xp.astype(y, job.x.dtype, copy=True)


def _n_fft(span: int, n: int) -> int:
    """Eight spans, or four long ones: of shorter blocks too much is thrown away, longer ones fall out of the cache."""
    return min(
        max(1024, 1 << ((8 if span <= 1024 else 4) * span - 1).bit_length()), 1 << (n - 1).bit_length() if n > 1 else 2
    )


def _nanoseconds(job: _Job) -> tuple[float, float]:
    """What strides and FFT should take, by a rule whose constants were measured (``make bench``, one thread, float32).

    A multiplication in a matrix product 0.035 ns, a sample copied into a column 0.35 ns. A sample there and back
    through the FFT 5 ns each, a product of spectra 2.5 ns for each pair of channels, a call about 10 µs. In float64 all
    of it costs twice as much.
    """
    (B, c, n), (o, per_group, k) = job.x.shape, job.w.shape
    if _has_band(job):
        L = _band_length(k, job.stride)
        by_strides = B * c * (3e4 + job.n_out * (2.0 + 0.035 * (L + k - 1))) + c * (2e4 + L * (L + k) / job.stride)
    else:
        by_strides = B * (1e4 * job.groups + job.n_out * (o * per_group * k * 0.035 + c * k * 0.35))
    span = job.dilation * (k - 1) + 1
    n_fft = _n_fft(span, n)
    samples = n_fft * -(-(n - span + 1) // (n_fft - span + 1))
    by_fft = 1e5 + B * samples * (5.0 * (c + o) + 2.5 * o * per_group) + 5.0 * o * per_group * n_fft
    return by_strides, by_fft
