"""Contours against ISO 226's figures, weightings against IEC 61672-1's."""

import numpy as np
import pytest

import dspkit as dk

# (phon, hertz, dB SPL) and (dB SPL, hertz, phon): ISO 226:2023.
CONTOUR = [
    (20, 20, 89.5), (20, 12500, 33.0), (40, 20, 99.7), (40, 63, 73.0), (40, 250, 50.3), (40, 4000, 36.7),
    (40, 8000, 51.6), (60, 500, 62.1), (60, 2000, 60.0), (80, 20, 118.9), (80, 12500, 85.6),
    (90, 20, 123.6), (90, 4000, 88.8),
]  # fmt: skip
LEVEL = [(60, 63, 21.6), (80, 8000, 68.6), (90, 20, 20.8), (70, 400, 67.1), (50, 3150, 53.9)]


@pytest.mark.parametrize(("phon", "f", "spl"), CONTOUR)
def test_contours_have_the_standards_values(phon, f, spl):
    assert dk.equal_loudness_contour(phon, float(f)) == pytest.approx(spl, abs=0.05)


@pytest.mark.parametrize(("spl", "f", "phon"), LEVEL)
def test_levels_have_the_standards_values(spl, f, phon):
    assert dk.loudness_level(spl, float(f)) == pytest.approx(phon, abs=0.05)


@pytest.mark.parametrize("edition", [2003, 2023])
@pytest.mark.parametrize("phon", [20, 40, 61.5, 80])
def test_level_is_the_inverse_of_contour(phon, edition):
    f = np.concatenate([dk.iso226_frequencies(), np.geomspace(20, 12500, 57)[1:-1]])
    spl = dk.equal_loudness_contour(phon, f, edition=edition)
    assert np.max(np.abs(dk.loudness_level(spl, f, edition=edition) - phon)) < 1e-9


def test_at_1_khz_phon_are_decibels_in_one_edition_only():
    assert float(dk.equal_loudness_contour(40, 1000.0)) == pytest.approx(40, abs=5e-3)
    assert float(dk.equal_loudness_contour(40, 1000.0, edition=2003)) == pytest.approx(40.01, abs=5e-3)


def test_at_2_4_phon_the_equation_gives_the_threshold():
    """Where 10^0.03·2.4 − 10^0.072 vanishes: beyond the equation's range, but what it is built around."""
    from dspkit.hearing import _parameters

    f = dk.iso226_frequencies()
    alpha, L_U, T_f = _parameters(f, 2023)
    heard = (4e-10) ** (0.3 - alpha) * (10 ** (0.03 * 2.4) - 10**0.072) + 10 ** (alpha * (T_f + L_U) / 10)
    assert np.max(np.abs(10 / alpha * np.log10(heard) - L_U - T_f)) < 1e-9
    assert T_f[0] == pytest.approx(78.1)
    assert _parameters(f, 2003).T_f[0] == pytest.approx(78.5)


def test_the_editions_differ_by_tenths_of_a_decibel():
    f = dk.iso226_frequencies()
    off = max(
        np.max(np.abs(dk.equal_loudness_contour(p, f) - dk.equal_loudness_contour(p, f, edition=2003)))
        for p in (20, 40, 60, 80)
    )
    assert 0.1 < off < 0.7


def test_contours_of_louder_tones_lie_higher_everywhere():
    f = np.geomspace(20, 12500, 300)
    contours = np.stack([dk.equal_loudness_contour(p, f) for p in range(20, 81, 5)])
    assert np.all(np.diff(contours, axis=0) > 0)


# IEC 61672-1:2013, Table 3, at the exact frequencies 1000·10^(n/10): n, A, C, and what class 1 allows above and below.
# (The edition of 2002 printed wider limits, with the uncertainty of the test in them: 0.4 dB at 1 kHz, 1 dB at 16 kHz.)
TABLE_3 = [
    (-20, -70.4, -14.3, 3.0, np.inf), (-19, -63.4, -11.2, 2.5, np.inf), (-18, -56.7, -8.5, 2.0, 4.0),
    (-17, -50.5, -6.2, 2.0, 2.0), (-16, -44.7, -4.4, 2.0, 2.0), (-15, -39.4, -3.0, 1.5, 1.5),
    (-14, -34.6, -2.0, 1.0, 1.0), (-13, -30.2, -1.3, 1.0, 1.0), (-12, -26.2, -0.8, 1.0, 1.0),
    (-11, -22.5, -0.5, 1.0, 1.0), (-10, -19.1, -0.3, 1.0, 1.0), (-9, -16.1, -0.2, 1.0, 1.0),
    (-8, -13.4, -0.1, 1.0, 1.0), (-7, -10.9, 0.0, 1.0, 1.0), (-6, -8.6, 0.0, 1.0, 1.0), (-5, -6.6, 0.0, 1.0, 1.0),
    (-4, -4.8, 0.0, 1.0, 1.0), (-3, -3.2, 0.0, 1.0, 1.0), (-2, -1.9, 0.0, 1.0, 1.0), (-1, -0.8, 0.0, 1.0, 1.0),
    (0, 0.0, 0.0, 0.7, 0.7), (1, 0.6, 0.0, 1.0, 1.0), (2, 1.0, -0.1, 1.0, 1.0), (3, 1.2, -0.2, 1.0, 1.0),
    (4, 1.3, -0.3, 1.0, 1.0), (5, 1.2, -0.5, 1.0, 1.0), (6, 1.0, -0.8, 1.0, 1.0), (7, 0.5, -1.3, 1.5, 1.5),
    (8, -0.1, -2.0, 1.5, 2.0), (9, -1.1, -3.0, 1.5, 2.5), (10, -2.5, -4.4, 2.0, 3.0), (11, -4.3, -6.2, 2.0, 5.0),
    (12, -6.6, -8.5, 2.5, 16.0), (13, -9.3, -11.2, 3.0, np.inf),
]  # fmt: skip


@pytest.mark.parametrize(("n", "a", "c"), [row[:3] for row in TABLE_3])
def test_weightings_are_the_tables(n, a, c):
    f = 1000 * 10 ** (n / 10)
    assert dk.a_weighting(f) == pytest.approx(a, abs=0.051)  # the table has one decimal
    assert dk.c_weighting(f) == pytest.approx(c, abs=0.051)
    assert dk.z_weighting(f) == 0


def test_nominal_frequencies_miss_the_table():
    """Why the tests use exact frequencies: 31.5 Hz for 31.62 Hz and so on costs more than the table's rounding."""
    assert abs(dk.a_weighting(12500.0) - dk.a_weighting(1000 * 10**1.1)) > 0.02
    nominal = np.array([
        10, 12.5, 16, 20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600,
        2000, 2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000,
    ])  # fmt: skip
    assert np.max(np.abs(dk.a_weighting(nominal) - [row[1] for row in TABLE_3])) > 0.25


def test_a_weighting_is_librosas_above_its_floor():
    librosa = pytest.importorskip("librosa")
    f = np.geomspace(50, 20000, 100)
    assert (
        np.max(np.abs(dk.a_weighting(f) - librosa.A_weighting(f, min_db=None))) < 0.01
    )  # it rounds the 1 kHz gain to 2.0
    assert np.max(np.abs(dk.c_weighting(f) - librosa.C_weighting(f, min_db=None))) < 0.01  # and here to 0.06


def test_silence_is_minus_infinity():
    assert dk.a_weighting(0.0) == -np.inf
    assert dk.c_weighting(0.0) == -np.inf


@pytest.mark.parametrize("curve", ["A", "C"])
@pytest.mark.parametrize("sr", [44_100, 48_000, 96_000])
def test_filters_are_inside_class_1(sr, curve):
    sos = dk.weighting_sos(curve, sr)
    for n, a, c, above, below in TABLE_3:
        error = 20 * np.log10(abs(dk.frequency_response(sos, 1000 * 10 ** (n / 10), sr=sr))) - (
            a if curve == "A" else c
        )
        assert -below <= error <= above, n


# What the docstring says: the worst deviation up to 20 kHz, or sr/2.
DEVIATION = {8000: 0.07, 16_000: 0.2, 22_050: 0.3, 32_000: 0.4, 44_100: 0.05, 48_000: 0.02, 96_000: 1e-3, 192_000: 1e-3}


@pytest.mark.parametrize("sr", DEVIATION)
def test_filters_are_close_to_the_definition(sr):
    f = np.linspace(10, min(20_000, 0.499 * sr), 2000)
    for curve, definition in (("A", dk.a_weighting), ("C", dk.c_weighting)):
        sos = dk.weighting_sos(curve, sr)
        assert np.max(np.abs(np.roots(sos[-1, 3:]))) < 1
        error = 20 * np.log10(np.abs(dk.frequency_response(sos, f, sr=sr))) - definition(f)
        assert np.max(np.abs(error)) < DEVIATION[sr]
        assert abs(error[np.argmin(abs(f - 1000))]) < 0.02


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("curve", ["A", "C", "Z"])
def test_weighted_tones_have_the_weight(arrays, curve, dtype):
    sr = 8000
    n = np.arange(1600)
    tones = np.stack([np.sin(2 * np.pi * f * n / sr) for f in (250.0, 1000.0, 2500.0)]).astype(dtype)
    got = arrays.back(dk.weight(arrays(tones), sr, curve))
    assert got.dtype == dtype
    level = 20 * np.log10(np.sqrt(np.mean(got[:, 800:] ** 2, axis=-1) * 2))
    definition = {"A": dk.a_weighting, "C": dk.c_weighting, "Z": dk.z_weighting}[curve]([250.0, 1000.0, 2500.0])
    assert np.max(np.abs(level - definition)) < 0.06


def test_full_scale_stands_for_a_level():
    assert dk.spl_at(-40.0) == 60.0
    assert np.array_equal(dk.spl_at([0.0, -20.0], full_scale_spl=94.0), [94.0, 74.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dk.equal_loudness_contour(10), "phon asks for 10 phon at 20 Hz; ISO 226"),
        (lambda: dk.equal_loudness_contour(90), "90 phon at 5000 Hz"),
        (lambda: dk.equal_loudness_contour(40, [10.0, 100.0]), "1 of the frequencies lie outside 20 to 12500 Hz"),
        (lambda: dk.equal_loudness_contour(40, edition=1987), "edition=1987; expected 2023 or 2003"),
        (lambda: dk.equal_loudness_contour(np.nan), "phon holds values that are NaN"),
        (lambda: dk.loudness_level(0.0, 20.0), "spl comes to nan phon|spl comes to"),
        (lambda: dk.a_weighting(-1.0), "negative"),
        (lambda: dk.weighting_sos("B", 48000), "curve"),
        (lambda: dk.weighting_sos("A", 3000), "sr=3000 Hz; a weighting needs 4000 Hz"),
        (lambda: dk.spl_at(0.0, full_scale_spl=np.inf), "full_scale_spl=inf"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(dk.ParameterError, match=message):
        call()
