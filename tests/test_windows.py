"""Lesson 07: windows from their formulas, and their figures of merit."""

import math
import re

import numpy as np
import pytest

import dspkit as dk

# Every window with parameters as SciPy takes them; "hft90d" is not in SciPy and has its own test.
SPECIFICATIONS = [
    "boxcar", "triang", "bartlett", "hann", "hamming", "blackman", "nuttall", "blackmanharris", "flattop", "cosine",
    "tukey", ("tukey", 0.0), ("tukey", 0.1), ("tukey", 0.25), ("tukey", 1.0),
    ("gaussian", 0.5), ("gaussian", 30.0), ("kaiser", 0.0), ("kaiser", 8.6), ("kaiser", 30), 14.0, 5,
    ("chebwin", 50), ("chebwin", 100), ("chebwin", 120.5),
    "taylor", ("taylor", 6), ("taylor", 6, 40), ("taylor", 4, 30, False), ("taylor", 1),
    ("dpss", 0.4), ("dpss", 2.5), ("dpss", 3),
    ("general_cosine", [1.0]), ("general_cosine", (1, 1.942604, 1.340318, 0.440811, 0.043097)),
    ("general_hamming", 0.6),
]  # fmt: skip
LENGTHS = (1, 2, 3, 7, 8, 15, 16, 101, 512, 1000, 4096)


@pytest.mark.parametrize("sym", [False, True], ids=["periodic", "symmetric"])
@pytest.mark.parametrize("window", SPECIFICATIONS, ids=str)
def test_every_window_equals_scipys(window, sym):
    import scipy.signal

    for n in LENGTHS:
        # An NW that does not fit n is refused, here and there (tested below).
        if isinstance(window, tuple) and window[0] == "dpss" and window[1] >= n / 2:
            continue
        got = dk.get_window(window, n, sym=sym)
        assert got.dtype == np.float64
        assert got.shape == (n,)
        expected = scipy.signal.get_window(window, n, fftbins=not sym)
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13, err_msg=f"n={n}")


def test_the_table_above_names_every_window():
    tested = {s if isinstance(s, str) else "kaiser" if not isinstance(s, tuple) else s[0] for s in SPECIFICATIONS}
    assert {*tested, "hft90d"} == set(dk.window_names())


@pytest.mark.parametrize("sym", [False, True], ids=["periodic", "symmetric"])
def test_hft90d_as_heinzel_prints_it(sym):
    # Heinzel, Rüdiger and Schilling 2002, section D.3: z runs over one period, the signs alternate.
    n = 64
    z = 2 * np.pi * np.arange(n) / (n - 1 if sym else n)
    expected = 1 - 1.942604 * np.cos(z) + 1.340318 * np.cos(2 * z) - 0.440811 * np.cos(3 * z) + 0.043097 * np.cos(4 * z)
    np.testing.assert_allclose(dk.get_window("hft90d", n, sym=sym), expected, atol=1e-13)


def without_parameters():
    return [s for s in SPECIFICATIONS if isinstance(s, str)] + ["hft90d", ("kaiser", 8.6), ("chebwin", 100)]


@pytest.mark.parametrize("window", without_parameters(), ids=str)
def test_periodic_is_the_longer_symmetric_window_without_its_last_sample(window):
    for n in (2, 15, 16):
        periodic, symmetric = dk.get_window(window, n), dk.get_window(window, n + 1, sym=True)
        np.testing.assert_array_equal(periodic, symmetric[:-1])
        np.testing.assert_allclose(symmetric, symmetric[::-1], atol=1e-13)
        np.testing.assert_allclose(periodic[1:], periodic[:0:-1], atol=1e-13)  # w[m] = w[n − m]


def test_a_chebyshev_window_against_its_sum_in_extended_precision():
    # SciPy's last digits are wrong by up to 1e-11 (see the comment in the code), and so are these on purpose.
    n, degree = 101, 100
    x0 = np.cosh(np.arccosh(np.longdouble(10.0) ** 5) / degree)
    k = np.arange(n)
    x = x0 * np.cos(np.longdouble(np.pi) * k / n)
    T = np.where(
        np.abs(x) <= 1,
        np.cos(degree * np.arccos(np.clip(x, -1, 1))),
        np.cosh(degree * np.arccosh(np.maximum(np.abs(x), 1))),
    )
    w = np.cos(np.longdouble(np.pi) * (((2 * np.outer(k, k)) - degree * k) % (2 * n)) / n) @ T
    got = dk.get_window(("chebwin", 100), n, sym=True)
    np.testing.assert_allclose(got, (w / w.max()).astype(float), atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_window_of_your_own_is_handed_back(arrays, rng, dtype):
    own = rng.standard_normal(9).astype(dtype)
    got = arrays.back(dk.get_window(arrays(own), 9))
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, own)
    np.testing.assert_array_equal(dk.get_window([1, 2, 3], 3), [1.0, 2.0, 3.0])


def test_a_window_in_another_namespace(arrays):
    if arrays.name == "strict":
        pytest.skip("xp=array_api_strict gives its default device, not device1")
    got = arrays.back(dk.get_window("hann", 8, xp=arrays.xp))
    np.testing.assert_array_equal(got, dk.get_window("hann", 8))


# --- Figures of merit ---------------------------------------------------------------------------------------------

# The continuous spectrum of a cosine sum over n samples, for large n: pairs of sinc functions at whole bins.
COSINE_SUMS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
    "hft90d": (1.0, 1.942604, 1.340318, 0.440811, 0.043097),
}


def sinc_spectrum(a, bins):
    pairs = [c * (np.sinc(bins - k) + np.sinc(bins + k)) / 2 * (-1) ** k for k, c in enumerate(a)]
    # With w = Σ a_k cos(k·2π·m/n) about the middle of the frame, the alternating sign of the shift drops out.
    return sum(p * (-1) ** k for k, p in enumerate(pairs)) / a[0]


@pytest.mark.parametrize("name", COSINE_SUMS)
def test_figures_of_the_cosine_family_against_exact_formulas(name):
    from scipy.optimize import brentq, minimize_scalar

    a = np.array(COSINE_SUMS[name])
    figures = dk.window_figures(dk.get_window(name, 4096))
    assert figures.coherent_gain == pytest.approx(a[0], rel=1e-12)
    enbw = (a[0] ** 2 + np.sum(a[1:] ** 2) / 2) / a[0] ** 2  # Parseval
    assert figures.enbw == pytest.approx(enbw, rel=1e-12)
    scalloping = -20 * math.log10(sinc_spectrum(a, 0.5))
    assert figures.scalloping_loss == pytest.approx(scalloping, abs=1e-5)
    assert figures.worst_case_loss == pytest.approx(scalloping + 10 * math.log10(enbw), abs=1e-5)
    for level, width in ((math.sqrt(0.5), figures.width_3db), (0.5, figures.width_6db)):
        assert width == pytest.approx(2 * brentq(lambda f, g=level: sinc_spectrum(a, f) - g, 0.1, len(a)), abs=1e-5)
    # The highest side lobe: beyond the main lobe's null at len(a) bins.
    starts = np.linspace(len(a), len(a) + 20, 2001)
    top = starts[np.argmax(np.abs(sinc_spectrum(a, starts)))]
    best = minimize_scalar(lambda f: -np.abs(sinc_spectrum(a, f)), bounds=(top - 0.02, top + 0.02), method="bounded")
    # In a periodic window the first sample has no partner: beside a lobe at −98 dB that is 0.01 dB at n = 4096.
    assert figures.highest_side_lobe == pytest.approx(20 * math.log10(-best.fun), abs=0.012)
    # Overlap correlation: the autocorrelation of a cosine sum, integrated.
    t = np.linspace(0, 1, 200_001)
    w = sum(c * np.cos(2 * np.pi * k * (t - 0.5)) for k, c in enumerate(a))
    for fraction, got in ((0.5, figures.overlap_50), (0.75, figures.overlap_75)):
        shift = round((1 - fraction) * 200_000)
        assert got == pytest.approx(np.mean(w[shift:] * w[: len(w) - shift]) * fraction / np.mean(w**2), abs=5e-4)


# Harris 1978, table 1: side lobe [dB], fall-off [dB/octave], coherent gain, ENBW, −3 dB width, scalloping [dB],
# worst case [dB], −6 dB width, overlap correlation 75 % and 50 % [%]. He built his windows short, and the table is
# rounded: where it is further off than its last digit, None stands for his value, and PRINTED says what he printed.
HARRIS = {
    "boxcar": (-13, -6, 1.00, 1.00, 0.89, 3.92, 3.92, 1.21, 75.0, 50.0),
    "triang": (-27, -12, 0.50, 1.33, 1.28, 1.82, 3.07, None, 71.9, 25.0),
    "cosine": (-23, -12, 0.64, 1.23, None, 2.10, 3.01, None, 75.5, 31.8),
    "hann": (None, -18, 0.50, 1.50, 1.44, 1.42, 3.18, 2.00, 65.9, 16.7),
    "hamming": (-43, -6, 0.54, 1.36, 1.30, None, 3.10, 1.81, 70.7, None),
    "blackman": (-58, -18, 0.42, 1.73, None, 1.10, 3.47, None, 56.7, 9.0),
    "blackmanharris": (-92, -6, 0.36, 2.00, 1.90, 0.83, 3.85, None, 46.0, 3.8),
    ("tukey", 0.5): (-15, -18, 0.75, 1.22, 1.15, 2.24, 3.11, 1.57, 72.7, 36.4),
    ("kaiser", 2.0 * math.pi): (-46, -6, 0.49, 1.50, 1.43, 1.46, 3.20, 1.99, 65.7, 16.9),
    ("kaiser", 3.0 * math.pi): (None, -6, 0.40, 1.80, 1.71, 1.02, 3.56, 2.39, 53.9, 7.4),
}
FIELDS = (
    ("highest_side_lobe", 1.0, 0.6),
    ("fall_off", 1.0, 0.35),
    ("coherent_gain", 1.0, 0.006),
    ("enbw", 1.0, 0.006),
    ("width_3db", 1.0, 0.006),
    ("scalloping_loss", 1.0, 0.0085),
    ("worst_case_loss", 1.0, 0.0085),
    ("width_6db", 1.0, 0.006),
    ("overlap_75", 100.0, 0.12),
    ("overlap_50", 100.0, 0.12),
)


@pytest.mark.parametrize("window", HARRIS, ids=str)
def test_harris_table_1(window):
    figures = dk.window_figures(dk.get_window(window, 4096))
    for (field, unit, limit), printed in zip(FIELDS, HARRIS[window], strict=True):
        if printed is not None:
            assert unit * getattr(figures, field) == pytest.approx(printed, abs=limit), field


# (window, field): what Harris printed, and the exact value.
PRINTED = {
    ("hamming", "scalloping_loss"): (1.78, 1.751),  # the misprint: Nuttall's and Heinzel's tables have 1.75
    ("hamming", "overlap_50"): (23.5, 23.38),
    ("hann", "highest_side_lobe"): (-32.0, -31.47),
    ("triang", "width_6db"): (1.78, 1.771),
    ("cosine", "width_3db"): (1.20, 1.189),
    ("cosine", "width_6db"): (1.65, 1.639),
    ("blackman", "width_3db"): (1.68, 1.644),
    ("blackman", "width_6db"): (2.35, 2.299),
    ("blackmanharris", "width_6db"): (2.72, 2.666),
    (("kaiser", 3.0 * math.pi), "highest_side_lobe"): (-69.0, -69.62),
}


@pytest.mark.parametrize(("window", "field"), PRINTED, ids=str)
def test_where_harris_prints_another_number(window, field):
    printed, exact = PRINTED[window, field]
    unit = {name: unit for name, unit, _ in FIELDS}[field]
    got = unit * getattr(dk.window_figures(dk.get_window(window, 4096)), field)
    assert got == pytest.approx(exact, abs=0.006)
    assert abs(got - printed) > 0.008


def test_exact_figures_of_hann_and_boxcar():
    hann, boxcar = (dk.window_figures(dk.get_window(name, 1024)) for name in ("hann", "boxcar"))
    assert (hann.n, boxcar.n) == (1024, 1024)
    assert hann.coherent_gain == pytest.approx(0.5, rel=1e-14)
    assert hann.enbw == pytest.approx(1.5, rel=1e-14)
    assert hann.width_6db == pytest.approx(2.0, abs=1e-5)  # one bin from its middle it is exactly one half
    assert hann.overlap_50 == pytest.approx(1 / 6, abs=1e-5)
    assert boxcar.coherent_gain == boxcar.enbw == 1.0
    assert boxcar.scalloping_loss == pytest.approx(-20 * math.log10(2 / math.pi), abs=1e-5)
    assert boxcar.overlap_50 == 0.5
    assert boxcar.overlap_75 == 0.75


@pytest.mark.parametrize("n", [64, 100, 1000])
def test_fall_off_counts_octaves_between_the_lobes_themselves(n):
    # In short frames the two lobes lie less than an octave apart; a boxcar falls by 6 dB an octave all the same.
    assert dk.window_figures(np.ones(n)).fall_off == pytest.approx(-6.02, abs=0.12)


@pytest.mark.parametrize(("sym", "lowest", "highest"), [(True, -100.01, -99.99), (False, -100.0, -90.0)])
def test_a_chebyshev_window_has_flat_side_lobes_and_loses_them_when_made_periodic(sym, lowest, highest):
    # The window ends in a single high sample on either side; the periodic form has lost one of the two.
    figures = dk.window_figures(dk.get_window(("chebwin", 100), 1024, sym=sym))
    assert lowest < figures.highest_side_lobe < highest
    assert abs(figures.fall_off) < (0.1 if sym else 2.5)


def test_heinzels_flat_top():
    # Heinzel 2002, appendix C: PSLL −90.2 dB, NENBW 3.8832, e_max −0.0039 dB; his 3 dB width, 3.8320, is at −3 dB,
    # ours at half power, −3.01 dB.
    figures = dk.window_figures(dk.get_window("hft90d", 4096))
    assert figures.highest_side_lobe == pytest.approx(-90.2, abs=0.05)
    assert figures.enbw == pytest.approx(3.8832, abs=5e-5)
    assert figures.scalloping_loss == pytest.approx(0.0039, abs=5e-5)
    half = np.abs(dk.dtft(dk.get_window("hft90d", 4096), 2 * np.pi * 3.8320 / 2 / 4096)) / 4096
    assert 20 * math.log10(half) == pytest.approx(-3.0, abs=2e-4)


def test_figures_are_those_of_the_same_window_at_any_scale_length_and_on_any_device(arrays):
    w = dk.get_window("blackman", 512)
    reference = dk.window_figures(w)
    scaled = dk.window_figures(arrays(-3.0 * w))
    assert scaled.coherent_gain == pytest.approx(-3.0 * reference.coherent_gain)
    for name in ("enbw", "scalloping_loss", "highest_side_lobe", "fall_off", "width_3db", "overlap_75"):
        assert getattr(scaled, name) == pytest.approx(getattr(reference, name), rel=1e-9)
    for n in (64, 65, 257):
        short = dk.window_figures(dk.get_window("blackman", n))
        assert short.highest_side_lobe == pytest.approx(reference.highest_side_lobe, abs=0.05)
        assert short.width_3db == pytest.approx(reference.width_3db, abs=0.002)


def test_figures_print_as_a_table_with_units():
    text = repr(dk.window_figures(dk.get_window("hann", 1024)))
    assert len(text.splitlines()) == 11
    assert re.search(r"equivalent noise bandwidth +1\.500 bins\n", text)
    assert re.search(r"highest side lobe +-31\.5 dB\n", text)
    assert "-0 dB/octave" not in repr(dk.window_figures(dk.get_window(("chebwin", 100), 1024, sym=True)))


def test_white_noise_through_a_window_has_the_power_that_enbw_says(rng):
    # The bin of a windowed noise frame holds Σw² times the variance: n·ENBW·(coherent gain)².
    w = dk.get_window("hann", 256)
    figures = dk.window_figures(w)
    frames = rng.standard_normal((4000, 256)) * w
    power = np.mean(np.abs(np.fft.rfft(frames)[:, 5:-5]) ** 2)
    assert power == pytest.approx(256 * figures.enbw * figures.coherent_gain**2, rel=0.01)


BAD = {
    "n = 0": (lambda: dk.get_window("hann", 0), ValueError, "n=0 is too small; expected at least 1 samples"),
    "n = −3": (lambda: dk.get_window("hann", -3), ValueError, "n=-3"),
    "n = 2.5": (lambda: dk.get_window("hann", 2.5), TypeError, "whole number of samples"),
    "misspelt": (lambda: dk.get_window("haming", 8), ValueError, "'haming' is not known. Did you mean 'hamming'"),
    "capital": (lambda: dk.get_window("Hann", 8), ValueError, "Did you mean 'hann'"),
    "a function of the wrong length": (
        lambda: dk.get_window(lambda n: np.ones(n + 1), 8),
        ValueError,
        r"\(9,\); expected",
    ),
    "nonsense": (lambda: dk.get_window("qqqq", 8), ValueError, "Known: boxcar"),
    "None": (lambda: dk.get_window(None, 8), TypeError, "expected a name such as 'hann'"),
    "True": (lambda: dk.get_window(True, 8), TypeError, "expected a name"),
    "empty tuple": (lambda: dk.get_window((), 8), TypeError, "expected a name"),
    "kaiser alone": (lambda: dk.get_window("kaiser", 8), ValueError, r"needs beta: give \('kaiser', beta\)"),
    "gaussian alone": (lambda: dk.get_window("gaussian", 8), ValueError, "needs std"),
    "dpss alone": (lambda: dk.get_window("dpss", 8), ValueError, "needs NW"),
    "too many": (lambda: dk.get_window(("hann", 3), 8), ValueError, "1 parameters; 'hann' takes none"),
    "too many for tukey": (lambda: dk.get_window(("tukey", 1, 2), 8), ValueError, "'tukey' takes alpha"),
    "alpha above 1": (lambda: dk.get_window(("tukey", 1.5), 8), ValueError, "alpha=1.5 is out of range"),
    "negative beta": (lambda: dk.get_window(("kaiser", -1), 8), ValueError, "beta=-1"),
    "NaN beta": (lambda: dk.get_window(math.nan, 8), ValueError, "beta=nan"),
    "beta too large": (lambda: dk.get_window(("kaiser", 800), 8), ValueError, "expected 0 to 700"),
    "std = 0": (lambda: dk.get_window(("gaussian", 0), 8), ValueError, "std=0"),
    "std as text": (lambda: dk.get_window(("gaussian", "wide"), 8), TypeError, "expected a number"),
    "NW too large": (lambda: dk.get_window(("dpss", 4), 8, sym=True), ValueError, "too large for 8 samples"),
    "nbar = 0": (lambda: dk.get_window(("taylor", 0), 8), ValueError, "nbar=0"),
    "attenuation": (lambda: dk.get_window(("chebwin", -3), 8), ValueError, "at=-3"),
    "no coefficients": (lambda: dk.get_window(("general_cosine", []), 8), ValueError, "sequence of numbers"),
    "one coefficient": (lambda: dk.get_window(("general_cosine", 0.5), 8), ValueError, "sequence of numbers"),
    "coefficient text": (lambda: dk.get_window(("general_cosine", "ab"), 8), ValueError, "sequence of numbers"),
    "own, other length": (lambda: dk.get_window(np.ones(7), 8), ValueError, r"shape \(7,\); expected \(8,\)"),
    "own, two axes": (lambda: dk.get_window(np.ones((1, 8)), 8), ValueError, r"\(1, 8\)"),
    "own, complex": (lambda: dk.get_window(np.ones(8) + 0j, 8), TypeError, "window is complex"),
    "own, NaN": (lambda: dk.get_window([1.0, math.nan], 2), ValueError, "1 values that are NaN"),
    "own, text": (lambda: dk.get_window(["a", "b"], 2), TypeError, "expected numbers"),
    "figures of nothing": (lambda: dk.window_figures(np.zeros(0)), ValueError, "sums to zero"),
    "figures of zeros": (lambda: dk.window_figures(np.zeros(64)), ValueError, "sums to zero"),
    "figures of a sine": (lambda: dk.window_figures(np.sin(2 * np.pi * np.arange(64) / 64)), ValueError, "to zero"),
    "figures of two windows": (lambda: dk.window_figures(np.ones((2, 64))), ValueError, "expected one window"),
    "figures of NaN": (lambda: dk.window_figures(np.full(64, np.nan)), ValueError, "NaN"),
    "figures of complex": (lambda: dk.window_figures(np.ones(64) + 0j), TypeError, "complex"),
    "figures of one sample": (lambda: dk.window_figures(np.eye(64)[0]), ValueError, "no side lobes"),
    "too short": (lambda: dk.window_figures(dk.get_window("hann", 8)), ValueError, "16 samples or more"),
    "much too short": (lambda: dk.window_figures(np.ones(1)), ValueError, "expected a longer window"),
    "figures of a name": (lambda: dk.window_figures("hann"), TypeError, "expected numbers"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("name", "here"), [("hanning", "hann"), ("Rectangular", "boxcar"), ("ones", "boxcar"), ("triangle", "triang")]
)
def test_what_other_libraries_call_a_window_is_taken_and_its_name_said(name, here):
    with pytest.warns(UserWarning, match=f"{name!r} is called {here!r} here, and is periodic") as said:
        w = dk.get_window(name, 16)
    np.testing.assert_array_equal(w, dk.get_window(here, 16))
    assert said[0].filename == __file__
    with pytest.warns(UserWarning, match="called 'dpss'"):
        np.testing.assert_array_equal(dk.get_window(("slepian", 2.0), 16), dk.get_window(("dpss", 2.0), 16))


def test_a_window_may_be_a_function(rng):
    y = rng.standard_normal(4000)
    np.testing.assert_array_equal(dk.get_window(np.hanning, 64), np.hanning(64))
    np.testing.assert_array_equal(
        dk.stft(y, n_fft=256, window=np.hamming), dk.stft(y, n_fft=256, window=np.hamming(256))
    )
    D = dk.stft(y, n_fft=256, win_length=200, window=np.blackman)
    assert np.max(np.abs(dk.istft(D, n_fft=256, win_length=200, window=np.blackman, length=4000) - y)) < 1e-9
