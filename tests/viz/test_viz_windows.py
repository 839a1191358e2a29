"""The figures of lesson 07 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

N, SR = 64, 8000
M = np.arange(N)
ON, BETWEEN = np.cos(2 * np.pi * 5 * M / N), np.cos(2 * np.pi * 5.5 * M / N)


def test_leakage_draws_the_bins_at_the_tones_level_on_the_continuous_spectrum():
    w = dk.get_window("hann", N)
    figure = dk.viz.leakage({"on": 0.5 * ON, "between": BETWEEN}, sr=SR, w=w, floor=-90.0, title="found")
    assert figure.get_suptitle() == "found"
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["on", "between", "", ""]
    assert [ax.get_xlabel() for ax in figure.axes] == ["Sample", "Sample", "Frequency [Hz]", "Frequency [Hz]"]
    low = figure.axes[2]
    curve, dots = low.lines
    frequencies, levels = dots.get_data()
    np.testing.assert_allclose(frequencies, dk.fft_frequencies(sr=SR, n_fft=N))
    assert levels[5] == pytest.approx(20 * np.log10(0.5))
    np.testing.assert_allclose(levels[[4, 6]], 20 * np.log10(0.25))
    assert np.max(np.delete(levels, [4, 5, 6])) == -90.0  # the floor
    x, y = curve.get_data()
    expected = 2 * abs(dk.dtft(w * 0.5 * ON, 2 * np.pi * x / SR)) / np.sum(w)
    np.testing.assert_allclose(y, 20 * np.log10(np.maximum(expected, 10**-4.5)), atol=1e-6)
    assert figure.png().startswith(b"\x89PNG")


def test_leakage_repeats_the_frame_as_the_transform_takes_it():
    top = dk.viz.leakage({"between": BETWEEN}, sr=SR).axes[0]
    repeated, *seams = top.lines[:3]
    x, y = repeated.get_data()
    np.testing.assert_array_equal(y, BETWEEN[x % N])
    np.testing.assert_array_equal(seams[1].get_data(), ([N - 1, N], [BETWEEN[-1], BETWEEN[0]]))
    assert len(dk.viz.leakage({"between": BETWEEN}, sr=SR, repeat=False).axes[0].lines) == len(top.lines) - 3


def test_leakage_draws_nothing_above_fmax():
    low = dk.viz.leakage({"on": ON}, sr=SR, fmax=1000.0).axes[1]
    assert low.get_xlim() == (0.0, 1000.0)
    assert low.lines[1].get_xdata()[-1] == 1000.0


def test_window_spectra_are_those_of_the_dtft():
    w = dk.get_window("blackman", N)
    figure = dk.viz.window_spectra({"blackman": w, "own": 3 * w}, bins=6.0, floor=-70.0, title="found")
    shape, spectrum = figure.axes
    np.testing.assert_allclose(shape.lines[1].get_ydata(), w / w.max())
    x, y = spectrum.lines[0].get_data()
    assert (x[0], x[-1]) == (-6.0, 6.0)
    level = 20 * np.log10(np.maximum(abs(dk.dtft(w, 2 * np.pi * x / N)) / np.sum(w), 10**-3.5))
    np.testing.assert_allclose(y, level, atol=1e-9)
    assert spectrum.get_title(loc="left") == "found"
    assert len(dk.viz.window_spectra({"blackman": w}, shapes=False).axes) == 1


def test_the_copies_of_a_windows_spectrum_stand_at_both_signs_of_the_frequency():
    hertz = np.linspace(-4000, 4000, 801)
    omega = 2 * np.pi * hertz / SR
    copies = {name: 0.5 * dk.dtft(np.ones(N), omega - s * np.pi / 4) for name, s in (("up", 1), ("down", -1))}
    ax = dk.viz.spectrum_copies(hertz, copies).axes[0]
    for line, values in zip(ax.lines, copies.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), np.abs(values))
    assert [said.get_text() for said in ax.texts] == ["up\nat 1000 Hz", "down\nat −1000 Hz"]
    with pytest.raises(dk.ParameterError, match="copies is empty"):
        dk.viz.spectrum_copies(hertz, {})


def test_the_window_map_names_its_points():
    windows = {name: dk.get_window(name, 4096) for name in ("boxcar", "hann", "flattop")}
    ax = dk.viz.window_map(windows).axes[0]
    assert [t.get_text() for t in ax.texts] == [
        "boxcar (−6)", "hann (−18)", "flattop (−6)", "in parentheses: fall-off [dB/octave]",
    ]  # fmt: skip
    places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines]
    np.testing.assert_allclose(places, [(2, -13.3), (4, -31.5), (10, -93)], atol=0.2)


def test_a_title_that_is_not_given_says_what_is_found():
    w = dk.get_window("hann", N)
    assert dk.viz.leakage({"on": ON, "off": BETWEEN}, sr=SR).get_suptitle() == (
        "Bins above −60 dB: 1 of 33 (left), 33 of 33 (right)"
    )
    assert "3 of 33" in dk.viz.leakage({"on": ON}, sr=SR, w=w).get_suptitle()
    k = np.arange(33.0)
    levels = {"boxcar": -k, "hann": np.where(k == 20, -10.0, -30 - k)}
    stands = dk.viz.through_windows(k, levels, marks={"it": (20, -10)})
    assert stands.get_suptitle() == "What is marked stands out only through: hann"
    assert "none" in dk.viz.through_windows(k, levels, marks={"it": (9, -10)}).get_suptitle()
    assert dk.viz.scalloping([0, 0.5, 1], {"hann": [0, -1.42, 0], "flattop": [0, -0.01, 0]}).axes[0].get_title(
        loc="left"
    ) == ("A hann reads up to 1.4 dB too low, a flattop 0.01 dB")


@pytest.mark.parametrize(("lower", "words"), [(7.0, "at least 7 dB lower"), (0.2, "differ by less than 0.2 dB")])
def test_two_windows_lie_over_each_other(lower, words):
    hertz = np.arange(0.0, 4000.0, 100.0)
    ax = dk.viz.window_overlay(hertz, {"boxcar": -hertz / 100, "hann": -hertz / 100 - lower}, at=(1000.0,)).axes[0]
    assert words in ax.get_title(loc="left")
    np.testing.assert_allclose(ax.lines[1].get_ydata(), -hertz / 100 - lower)
    assert ax.texts[0].xy == (1000.0, -10 - lower)


def test_a_window_may_be_named_and_gives_its_colour_to_the_bins():
    named, boxcar = (dk.viz.leakage({"on": ON}, sr=SR, w=w).axes[1].lines[1] for w in ("hann", None))
    samples = dk.viz.leakage({"on": ON}, sr=SR, w=dk.get_window("hann", N)).axes[1].lines[1]
    np.testing.assert_array_equal(named.get_ydata(), samples.get_ydata())
    assert named.get_color() == dk.viz.windows.WINDOW["hann"]
    assert boxcar.get_color() == dk.viz.windows.WINDOW["boxcar"]


def test_a_seam_is_marked_where_the_frame_jumps():
    on, between = (dk.viz.leakage({"frame": y}, sr=SR).axes[0] for y in (ON, BETWEEN))
    assert [t.get_text() for t in on.texts] == []
    assert [t.get_text() for t in between.texts] == ["seam"]
    assert between.texts[0].xy == (N - 0.5, 1.0)
    assert {line.get_color() for line in between.lines[1:3]} == {dk.viz.windows.SEAM}
    assert dk.viz.windows.SEAM not in {line.get_color() for line in on.lines}


@pytest.mark.parametrize(("k", "at"), [(0, 8.5), (4, 8.75), (8, 9.0), (16, 9.5), (21, 9.8125), (24, 10.0)])
def test_a_tone_slides_under_bins_that_stay(k, at):
    film = dk.viz.sliding_tone()
    film.update(k)
    top, low = film.figure.axes
    end, again, seam = top.lines
    np.testing.assert_allclose(end.get_ydata()[-1], np.cos(2 * np.pi * at), atol=1e-12)
    assert again.get_ydata()[0] == 1.0
    np.testing.assert_allclose(seam.get_ydata(), [np.cos(2 * np.pi * at), 1.0], atol=1e-12)
    curve, *stems, dots, tone = low.lines
    bins, levels = dots.get_data()
    np.testing.assert_array_equal(bins, np.arange(2, 17))
    omega = 2 * np.pi * (bins - at) / 64
    gain = np.abs(dk.dtft(np.ones(64), omega)) / 64
    np.testing.assert_allclose(levels, 20 * np.log10(np.maximum(gain, 1e-3)), atol=1e-6)
    np.testing.assert_allclose([stem.get_ydata()[1] for stem in stems], levels)
    assert tone.get_xdata()[0] == pytest.approx(at)
    x, y = curve.get_data()
    gain = np.abs(dk.dtft(np.ones(64), 2 * np.pi * (x - at) / 64)) / 64
    np.testing.assert_allclose(y, 20 * np.log10(np.maximum(gain, 1e-3)), atol=1e-6)
    title, last = film.figure.get_suptitle(), k == 24
    assert (title == f"The tone is at {at:.2f} bins") != last
    note, *names = low.texts
    assert note.get_visible() == last
    assert [name.get_visible() for name in names] == [not last] * 2
    assert [name.xy[0] - at for name in names] == pytest.approx([-0.7, 2.46])


def test_the_movie_ends_with_the_finding():
    assert repr(dk.viz.sliding_tone()).endswith(
        "At the end: A tone on a bin hides its side lobes: they are there all the time "
        "| The seam: the frame's end, and its beginning again>"
    )
    assert dk.viz.sliding_tone(frames=5).png().startswith(b"\x89PNG")


def test_kernels_and_their_sum():
    x = np.linspace(-4, 4, 401)
    parts = {"half": np.sinc(x) / 2, "right": np.sinc(x - 1) / 4, "left": np.sinc(x + 1) / 4 + 0j}
    figure = dk.viz.kernel_sum(x, parts, at=2.5, title="found")
    top, low = figure.axes
    for line, part in zip(top.lines, parts.values(), strict=False):
        np.testing.assert_allclose(line.get_ydata(), part.real)
    np.testing.assert_allclose(low.lines[0].get_ydata(), sum(parts.values()).real)
    assert top.texts[0].get_text() == "at 2.5 bins:\n0.064 − 0.053 − 0.023"
    assert low.texts[0].get_text() == "= −0.012"
    assert low.texts[0].xy == pytest.approx((2.5, -0.0121), abs=1e-4)
    assert figure.get_suptitle() == "found"
    assert not dk.viz.kernel_sum(x, parts).axes[0].texts


def test_the_family_is_measured_in_its_panels():
    names = ("boxcar", "hann", "blackmanharris")
    figure = dk.viz.window_family({name: dk.get_window(name, 256) for name in names}, title="found")
    panels = [ax for ax in figure.axes if ax.get_title(loc="left")]
    assert [ax.get_title(loc="left") for ax in panels] == list(names)
    said = [[t.get_text() for t in ax.texts if t.get_text()] for ax in panels]
    assert said == [["2 bins", "−13.3 dB"], ["4 bins", "−31.5 dB"], ["8 bins", "−92.0 dB"]]
    for ax, name in zip(panels, names, strict=True):
        assert ax.lines[0].get_color() == dk.viz.windows.WINDOW[name]
    assert figure.png().startswith(b"\x89PNG")


def test_each_window_has_its_panel_and_every_mark_its_ring():
    hertz = np.arange(0.0, 4000.0, 100.0)
    levels = {"hann": -hertz / 100, "boxcar": -hertz / 50}
    marks = {"here": (1000.0, -10.0)}
    figure = dk.viz.through_windows(hertz, levels, marks=marks, x_limits=(500, 1500), y_limits=(-90, 0), title="found")
    assert figure.get_suptitle() == "found"
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(levels)
    for ax, (name, level) in zip(figure.axes, levels.items(), strict=True):
        line, ring = ax.lines
        np.testing.assert_array_equal(line.get_ydata(), level)
        assert line.get_color() == dk.viz.windows.WINDOW[name]
        assert (ring.get_xdata()[0], ring.get_ydata()[0]) == marks["here"]
        assert ax.get_xlim() == (500, 1500)
    assert [t.get_text() for t in figure.axes[0].texts] == ["here"]
    alone = dk.viz.through_windows(hertz, {"hann": -hertz}, title="found").axes[0]
    assert alone.get_title(loc="left") == "found"
    assert alone.get_ylabel() == "Level [dB re full scale]"


def test_readings_are_marked_at_their_worst():
    position = np.array([8.0, 8.25, 8.5, 8.75, 9.0])
    figure = dk.viz.scalloping(
        position, {"hann": [0, -0.4, -1.42, -0.4, 0], "boxcar": [0, -1, -3.92, -1, 0]}, title="t"
    )
    ax = figure.axes[0]
    assert [(t.get_text(), t.xy) for t in ax.texts] == [
        ("hann: −1.42 dB", (8.5, -1.42)),
        ("boxcar: −3.92 dB", (8.5, -3.92)),
    ]
    assert [line.get_color() for line in ax.lines[:2]] == [dk.viz.windows.WINDOW[n] for n in ("hann", "boxcar")]


def test_amplitude_stands_left_and_density_right():
    hertz = np.array([0.0, 500.0, 1000.0])
    figure = dk.viz.amplitude_and_density(
        {64: (hertz, [-1, -2, -3], [-4, -5, -6])}, tone=(500.0, -2.0), density=-5.0, title="found"
    )
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), [-1, -2, -3])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), [-4, -5, -6])
    assert left.texts[0].xy == (500.0, -2.0)
    assert right.texts[0].xy[1] == -5.0
    assert "Hz" in right.get_ylabel()
    assert figure.get_suptitle() == "found"


def test_a_weak_tone_under_the_curve_has_its_name_below():
    def name(level):
        marks = {"weak": (1, level)}
        return dk.viz.through_windows([0.0, 1.0, 2.0], {"hann": [0, -20, 0]}, marks=marks, title="t").axes[0].texts[0]

    assert name(-60).xyann[1] < 0 < name(-21).xyann[1]


def test_each_of_the_family_has_the_level_of_its_side_lobes_inside_its_panel():
    family = {name: dk.get_window(name, 512) for name in ("boxcar", "flattop")}
    for ax, said in zip(dk.viz.window_family(family).axes, ("−13.3 dB", "−93.0 dB"), strict=False):
        (text,) = [t for t in ax.texts if t.get_text() == said]
        assert 0 < text.xy[0] < 0.8 * ax.get_xlim()[1]


def test_arrows_point_at_the_least_overlap_that_is_enough():
    figure = dk.viz.overlap_gain([0, 50, 75], {"hann": [40, 29, 28], "boxcar": [40, 38, 36]}, title="found")
    ax = figure.axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [40, 29, 28])
    assert [(t.get_text(), t.xy) for t in ax.texts] == [("hann: 50 %", (50, 29)), ("boxcar: 75 %", (75, 36))]
    assert 20 < ax.get_ylim()[0] < 28  # the room is for the curves


def test_each_choice_has_a_row_and_rings_stand_where_the_other_window_has_a_peak():
    hertz = np.arange(0.0, 1000.0, 10.0)
    peak = np.where(hertz == 300, -10.0, -60.0)
    task = {
        "frequencies": hertz,
        "levels": {"boxcar": -hertz, "hann": peak},
        "x_limits": (200, 400),
        "y_limits": (-500, 0),
    }
    figure = dk.viz.window_choices({"first": task, "second": {**task, "read": "levels"}})
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        "first: boxcar", "first: hann", "second: boxcar", "second: hann",
    ]  # fmt: skip
    assert [[t.get_text() for t in ax.texts] for ax in figure.axes] == [[], ["300"], [], ["−10.0 dB"]]
    line, ring = figure.axes[0].lines
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (300, -300)
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (200, 400)
    assert figure.get_suptitle() == ""


def test_a_task_with_its_frame_shows_the_peak_between_the_bins():
    y = np.cos(2 * np.pi * 20.4 * np.arange(256) / 256)  # bins 10 Hz apart
    levels = {"hann": 20 * np.log10(2 * np.abs(np.fft.rfft(dk.get_window("hann", 256) * y)) / 128)}
    task = {"frequencies": 10.0 * np.arange(129), "levels": levels, "x_limits": (150, 260), "y_limits": (-90, 3)}
    for read, said, place in (("frequencies", "204", (204, 0)), ("levels", "−0.9 dB", (200, -0.9))):
        ax = dk.viz.window_choices({"it": {**task, "frame": y, "read": read}}).axes[0]
        assert [t.get_text() for t in ax.texts] == [said]
        np.testing.assert_allclose(ax.texts[0].xy, place, atol=0.2)
        assert ax.lines[0].get_ydata().max() == pytest.approx(0, abs=0.01)  # the continuous spectrum
        np.testing.assert_array_equal(ax.lines[1].get_xdata(), np.arange(150, 261, 10))


def test_what_is_asked_has_an_arrow_and_no_ring():
    ax = dk.viz.through_windows([0.0, 9.0], {"hann": [0.0, -9.0]}, marks={"a": (1, 0), "b?": (2, 0)}, title="t").axes[0]
    assert [t.get_text() for t in ax.texts] == ["a", "b?"]
    assert [line.get_xdata()[0] for line in ax.lines[1:]] == [1]


def test_of_the_lessons_recordings_two_windows_are_shown():
    hertz = np.arange(0.0, 1000.0, 10.0)
    levels = dict.fromkeys(("boxcar", "hann", "blackmanharris", "flattop"), -hertz)
    given = {"frequencies": hertz, "levels": levels, "x_limits": (200, 400), "y_limits": (-500, 0)}
    figure = dk.viz.window_choices({"piano": given})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["piano: boxcar", "piano: flattop"]
    assert figure.get_suptitle().startswith("Left: a window that fails")


def test_the_window_map_says_what_each_is_for():
    windows = {name: dk.get_window(name, 256) for name in ("boxcar", "hann")}
    ax = dk.viz.window_map(windows, uses={"hann": "any sound"}, corner="nobody").axes[0]
    assert [t.get_text() for t in ax.texts] == [
        "boxcar (−6)", "hann: any sound (−18)", "nobody", "in parentheses: fall-off [dB/octave]",
    ]  # fmt: skip


BAD = {
    "no parts": (lambda: dk.viz.kernel_sum([0.0, 1.0], {}), "parts is empty"),
    "no family": (lambda: dk.viz.window_family({}), "windows is empty"),
    "no levels": (lambda: dk.viz.through_windows([0.0], {}), "levels is empty"),
    "no readings": (lambda: dk.viz.scalloping([0.0], {}), "readings is empty"),
    "no spectra": (lambda: dk.viz.amplitude_and_density({}), "spectra is empty"),
    "no scatter": (lambda: dk.viz.overlap_gain([0.0], {}), "scatter is empty"),
    "no tasks": (lambda: dk.viz.window_choices({}), "tasks is empty"),
    "half a bin": (lambda: dk.viz.sliding_tone(stop=9.5), "expected a whole bin"),
    "no window's name": (lambda: dk.viz.leakage({"a": ON}, sr=SR, w="han"), "Did you mean 'hann'"),
    "no frames": (lambda: dk.viz.leakage({}, sr=SR), "frames is empty"),
    "two channels": (lambda: dk.viz.leakage({"a": np.ones((2, 8))}, sr=SR), r"shape \(2, 8\)"),
    "another length": (lambda: dk.viz.leakage({"a": ON}, sr=SR, w=np.ones(8)), "w has 8 samples and the frame 'a'"),
    "rate 0": (lambda: dk.viz.leakage({"a": ON}, sr=0), "sr=0"),
    "no windows": (lambda: dk.viz.window_spectra({}), "windows is empty"),
    "no bins": (lambda: dk.viz.window_spectra({"a": ON}, bins=0), "bins=0"),
    "no windows on the map": (lambda: dk.viz.window_map({}), "windows is empty"),
    "one window": (lambda: dk.viz.window_overlay([0.0], {"hann": [0.0]}), "expected two"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
