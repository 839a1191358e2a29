"""Lesson 09: each preset against the library that it is named after, or against that library's published definition."""

import math
import warnings

import numpy as np
import pytest

import dspkit as dk
from dspkit import presets


def sound(sr=16000, seconds=0.5, seed=3):
    """Noise under a slow swell, with a tone and an offset: nothing in it is symmetric, nothing is silent."""
    t = np.arange(int(sr * seconds)) / sr
    noise = np.random.default_rng(seed).standard_normal(len(t))
    return 0.02 + 0.05 * noise * np.sin(2 * math.pi * 1.5 * t) + 0.1 * np.sin(2 * math.pi * 700 * t)


@pytest.fixture(autouse=True)
def empty_filters_are_meant():
    # torchaudio's default has four; the presets reproduce them.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=dk.EmptyFilterWarning)
        yield


# ------------------------------------------------------------------------------------------------------ librosa


@pytest.mark.parametrize("changes", [{}, {"n_fft": 512, "hop_length": 128, "n_mels": 40, "htk": True, "norm": None}])
def test_librosa(arrays, changes):
    librosa = pytest.importorskip("librosa")
    y = sound(22050)
    S = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=22050, dtype=np.float64, **changes))
    np.testing.assert_allclose(arrays.back(dk.log_mel(arrays(y), 22050, **changes)), S, atol=1e-9)
    preset = presets.get("librosa", **changes)
    got = arrays.back(dk.mfcc(arrays(y), sr=22050, preset=preset))
    np.testing.assert_allclose(got, librosa.feature.mfcc(S=S), atol=1e-8)
    got = dk.mfcc(y, sr=22050, preset=preset, lifter=22)
    np.testing.assert_allclose(got, librosa.feature.mfcc(S=S, lifter=22), atol=1e-8)


# --------------------------------------------------------------------------------------------------- torchaudio


def torchaudio_filters(n_freqs, n_mels, sr):
    """``torchaudio.functional.melscale_fbanks`` with its defaults, from its documentation."""
    f = np.linspace(0, sr // 2, n_freqs)
    m = np.linspace(0, 2595.0 * math.log10(1.0 + (sr / 2) / 700.0), n_mels + 2)
    edges = 700.0 * (10.0 ** (m / 2595.0) - 1.0)
    slopes = edges[None, :] - f[:, None]
    down, up = -slopes[:, :-2] / np.diff(edges)[:-1], slopes[:, 2:] / np.diff(edges)[1:]
    return np.maximum(0.0, np.minimum(down, up))


def torchaudio_log_mel(power, sr, n_mels, top_db):
    mel = torchaudio_filters(power.shape[0], n_mels, sr).T @ power
    db = 10.0 * np.log10(np.maximum(mel, 1e-10)) - 10.0 * math.log10(max(1e-10, 1.0))
    return db if top_db is None else np.maximum(db, db.max() - top_db)


def centred_power(y, n_fft, hop):
    """``torch.stft(…, center=True, pad_mode="reflect")`` with a periodic Hann window, its power."""
    padded = np.pad(y, n_fft // 2, mode="reflect")
    w = 0.5 - 0.5 * np.cos(2 * math.pi * np.arange(n_fft) / n_fft)
    frames = [w * padded[t : t + n_fft] for t in range(0, len(padded) - n_fft + 1, hop)]
    return np.abs(np.fft.rfft(frames)).T ** 2


def orthogonal_dct(n_mfcc, n_mels):
    """``torchaudio.functional.create_dct(…, norm="ortho")``."""
    C = np.cos(math.pi / n_mels * (np.arange(n_mels) + 0.5) * np.arange(n_mfcc)[:, None])
    C[0] /= math.sqrt(2.0)
    return C * math.sqrt(2.0 / n_mels)


@pytest.mark.parametrize(("n_fft", "n_mels"), [(400, 128), (1024, 64)])
def test_torchaudio_from_its_definition(arrays, n_fft, n_mels):
    y = sound()
    power = centred_power(y, n_fft, n_fft // 2)
    changes = {"n_fft": n_fft, "n_mels": n_mels}
    got = arrays.back(dk.log_mel(arrays(y), 16000, preset="torchaudio", **changes))
    np.testing.assert_allclose(got, torchaudio_log_mel(power, 16000, n_mels, None), atol=1e-9)
    got = arrays.back(dk.mfcc(arrays(y), sr=16000, preset="torchaudio", **changes))
    expected = orthogonal_dct(40, n_mels) @ torchaudio_log_mel(power, 16000, n_mels, 80.0)
    np.testing.assert_allclose(got, expected, atol=1e-8)


def test_torchaudio_with_its_own_stft():
    torch = pytest.importorskip("torch")
    y = sound()
    D = torch.stft(
        torch.from_numpy(y), 400, 200, window=torch.hann_window(400, dtype=torch.float64), return_complex=True
    )
    expected = torchaudio_log_mel(D.abs().numpy() ** 2, 16000, 128, None)
    np.testing.assert_allclose(dk.log_mel(y, 16000, preset="torchaudio"), expected, atol=1e-8)


def test_torchaudio_itself():
    torch = pytest.importorskip("torch")
    transforms = pytest.importorskip("torchaudio.transforms")
    y = sound().astype("float32")
    mel = transforms.MelSpectrogram()(torch.from_numpy(y))
    theirs = transforms.AmplitudeToDB()(mel).numpy()
    loud = theirs > -40  # float32 in both
    np.testing.assert_allclose(dk.log_mel(y, 16000, preset="torchaudio")[loud], theirs[loud], atol=0.02)
    theirs = transforms.MFCC()(torch.from_numpy(y)).numpy()
    np.testing.assert_allclose(dk.mfcc(y, sr=16000, preset="torchaudio"), theirs, atol=0.05)


# ---------------------------------------------------------------------------------------------------------- HTK


def htk_features(y, sr, n_chans, n_ceps=12, lifter=22, lopass=-1.0, hipass=-1.0):
    """HTK's front end, loop by loop, with its indices from 1 (HTK Book, sections 5.2 to 5.6; HSigP, InitFBank)."""
    frame_size, frame_rate = int(0.025 * sr + 1e-9), int(0.010 * sr + 1e-9)
    fft_n = 2
    while frame_size > fft_n:
        fft_n *= 2
    half = fft_n // 2
    fres = sr / (fft_n * 700.0)

    def mel(k):
        return 1127.0 * math.log(1.0 + (k - 1) * fres)

    mlo, mhi, klo, khi = 0.0, mel(half + 1), 2, half
    if lopass >= 0:
        mlo, klo = 1127.0 * math.log(1.0 + lopass / 700.0), max(2, int(lopass / sr * fft_n + 2.5))
    if hipass >= 0:
        mhi, khi = 1127.0 * math.log(1.0 + hipass / 700.0), min(half, int(hipass / sr * fft_n + 0.5))
    cf = [0.0] + [c / (n_chans + 1) * (mhi - mlo) + mlo for c in range(1, n_chans + 2)]
    fbanks, cepstra = [], []
    for start in range(0, len(y) - frame_size + 1, frame_rate):
        s = [0.0, *(32768.0 * y[start : start + frame_size])]
        for i in range(frame_size, 1, -1):
            s[i] -= 0.97 * s[i - 1]
        s[1] *= 1.0 - 0.97
        for i in range(1, frame_size + 1):
            s[i] *= 0.54 - 0.46 * math.cos(2 * math.pi * (i - 1) / (frame_size - 1))
        X = np.fft.fft(s[1:], n=fft_n)
        fbank = [0.0] * (n_chans + 2)
        chan = 1
        for k in range(klo, khi + 1):
            while chan <= n_chans and cf[chan] < mel(k):
                chan += 1
            low = chan - 1 if cf[chan] >= mel(k) else chan  # the channel whose top lies below this bin
            below = cf[low] if low > 0 else mlo
            weight = (cf[low + 1] - mel(k)) / (cf[low + 1] - below)
            ek = abs(X[k - 1])
            if low > 0:
                fbank[low] += weight * ek
            if low < n_chans:
                fbank[low + 1] += ek - weight * ek
        logs = [math.log(max(b, 1.0)) for b in fbank[1 : n_chans + 1]]
        scale = math.sqrt(2.0 / n_chans)
        c = [scale * sum(logs)]
        for j in range(1, n_ceps + 1):
            cj = scale * sum(b * math.cos(j * math.pi / n_chans * (k + 0.5)) for k, b in enumerate(logs))
            c.append(cj * (1.0 + lifter / 2.0 * math.sin(j * math.pi / lifter)))
        fbanks.append(logs)
        cepstra.append(c)
    return np.array(fbanks).T, np.array(cepstra).T


@pytest.mark.parametrize("sr", [8000, 16000, 22050])
def test_htk_from_its_definition(arrays, sr):
    y = sound(sr, 0.15)
    fbank, cepstra = htk_features(y, sr, 26)
    np.testing.assert_allclose(arrays.back(dk.log_mel(arrays(y), sr, preset="htk")), fbank, atol=1e-10)
    np.testing.assert_allclose(arrays.back(dk.mfcc(arrays(y), sr=sr, preset="htk")), cepstra, atol=1e-9)


@pytest.mark.parametrize(
    ("low", "high", "matters"), [(115.0, 3800.0, True), (250.0, 3420.0, True), (64.0, 7000.0, False)]
)
def test_htk_rounds_the_limits_of_a_band_to_bins(low, high, matters):
    y = sound(16000, 0.15)
    fbank, _ = htk_features(y, 16000, 20, lopass=low, hipass=high)
    limits = {"n_mels": 20, "fmin": low, "fmax": high}
    np.testing.assert_allclose(dk.log_mel(y, 16000, preset="htk", **limits), fbank, atol=1e-10)
    plain = dk.log_mel(y, 16000, preset="htk", bins="all", **limits)
    assert (np.max(np.abs(plain - fbank)) > 1e-3) == matters  # a bin inside the band, but beyond the rounded limit


def test_htk_silence_is_at_its_floor():
    assert np.all(dk.log_mel(np.zeros(800), 16000, preset="htk") == 0.0)  # ln 1


# -------------------------------------------------------------------------------------------------------- Kaldi


def kaldi(knf, y, sr, *, mfcc=False, num_ceps=13, **mel):
    """Features of kaldi-native-fbank, without dither; Kaldi reads samples as 16-bit steps."""
    options = knf.MfccOptions() if mfcc else knf.FbankOptions()
    options.frame_opts.dither, options.frame_opts.samp_freq = 0, sr
    if mfcc:
        options.num_ceps = num_ceps
    for name, value in mel.items():
        setattr(options.mel_opts, name, value)
    online = (knf.OnlineMfcc if mfcc else knf.OnlineFbank)(options)
    online.accept_waveform(sr, (32768 * y).tolist())
    online.input_finished()
    return np.stack([online.get_frame(i) for i in range(online.num_frames_ready)], axis=-1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sr", [8000, 16000, 22050, 44100])
def test_kaldi(arrays, sr, dtype):
    knf = pytest.importorskip("kaldi_native_fbank")
    y = sound(sr).astype(dtype)
    np.testing.assert_allclose(arrays.back(dk.log_mel(arrays(y), sr, preset="kaldi")), kaldi(knf, y, sr), atol=2e-4)
    # Coefficients are sums over 23 bands times up to 12: what float32 leaves of the bands grows.
    np.testing.assert_allclose(
        arrays.back(dk.mfcc(arrays(y), sr=sr, preset="kaldi")), kaldi(knf, y, sr, mfcc=True), atol=2e-3
    )


def test_kaldi_with_other_settings():
    knf = pytest.importorskip("kaldi_native_fbank")
    y = sound()
    theirs = kaldi(knf, y, 16000, num_bins=40, low_freq=100, high_freq=-400)
    np.testing.assert_allclose(
        dk.log_mel(y, 16000, preset="kaldi", n_mels=40, fmin=100.0, fmax=7600.0), theirs, atol=2e-4
    )
    theirs = kaldi(knf, y, 16000, mfcc=True, num_ceps=20, num_bins=30)
    np.testing.assert_allclose(dk.mfcc(y, sr=16000, preset="kaldi", n_mfcc=20, n_mels=30), theirs, atol=2e-3)


def test_kaldi_silence_is_at_its_floor():
    knf = pytest.importorskip("kaldi_native_fbank")
    y = np.zeros(800)
    np.testing.assert_allclose(dk.log_mel(y, 16000, preset="kaldi"), kaldi(knf, y, 16000), atol=1e-5)


# ------------------------------------------------------------------------------------------------------ Whisper


@pytest.mark.parametrize("n_mels", [80, 128])
def test_whisper_from_its_definition(arrays, n_mels):
    """``whisper.audio.log_mel_spectrogram``: its filters are librosa's, stored as a file beside it."""
    librosa = pytest.importorskip("librosa")
    y = sound()
    magnitudes = centred_power(y, 400, 160)[:, :-1]
    filters = librosa.filters.mel(sr=16000, n_fft=400, n_mels=n_mels)
    log_spec = np.log10(np.maximum(filters.astype(float) @ magnitudes, 1e-10))
    log_spec = np.maximum(log_spec, log_spec.max() - 8.0)
    expected = (log_spec + 4.0) / 4.0
    got = arrays.back(dk.log_mel(arrays(y), 16000, preset="whisper", n_mels=n_mels))
    assert got.shape == (n_mels, len(y) // 160)
    np.testing.assert_allclose(got, expected, atol=1e-6)  # the stored filters are float32


# ------------------------------------------------------------------------------------------------- all of them


@pytest.mark.parametrize("name", presets.names())
def test_batches_and_float32(arrays, name):
    y = np.stack([sound(seed=1), sound(seed=2)]).astype("float32")
    got = arrays.back(dk.log_mel(arrays(y), 16000, preset=name, top=None))
    assert got.dtype == "float32"
    for i in range(2):
        np.testing.assert_array_almost_equal(got[i], dk.log_mel(y[i], 16000, preset=name, top=None), decimal=3)


def test_long_sounds_go_in_pieces(monkeypatch):
    y = sound(seconds=1.0)
    whole = dk.mfcc(y, sr=16000, preset="kaldi")
    monkeypatch.setattr(presets, "_FRAMES_AT_A_TIME", 7)
    np.testing.assert_allclose(dk.mfcc(y, sr=16000, preset="kaldi"), whole, atol=1e-11)


def test_the_way_by_frames_equals_the_way_by_blocks(rng):
    """A setting that changes nothing, but leaves the fast way: a window shorter than the transform among them."""
    y = rng.standard_normal(3000)
    for changes in ({"win_length": 300, "n_fft": 512}, {"win_length": 300, "n_fft": 511, "hop_length": 100}):
        fast = dk.log_mel(y, 16000, n_mels=40, **changes)
        by_frames = dk.log_mel(y, 16000, n_mels=40, preemphasis=1e-300, **changes)
        np.testing.assert_allclose(by_frames, fast, atol=1e-9)


def test_sizes_in_time_and_in_samples():
    assert presets.get("kaldi").sizes(16000) == (512, 400, 160)
    assert presets.get("htk").sizes(22050) == (1024, 551, 220)
    assert presets.get("torchaudio", n_fft=1024).sizes(16000) == (1024, 1024, 512)
    assert presets.get("librosa", n_fft="next_pow2", win_length="20 ms").sizes(8000) == (256, 160, 512)


def test_a_preset_of_your_own():
    own = presets.get("whisper", sr=None, n_mels=40, name="own")
    y = sound(8000)
    np.testing.assert_array_equal(dk.log_mel(y, 8000, preset=own), dk.log_mel(y, 8000, preset=own, name="the same"))
    assert presets.get(own) == own
    assert presets.get("whisper").n_mels == 80  # the original stays


# -------------------------------------------------------------------------------------------------- comparisons

PAIRS = [(a, b) for a in presets.names() for b in presets.names() if a != b]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_way_from_one_preset_ends_at_the_other(a, b):
    y = sound(seconds=0.3)
    way = presets.compare(a, b, y, 16000)
    start, end = dk.log_mel(y, 16000, preset=a), dk.log_mel(y, 16000, preset=b)
    last = [d for d in way.differences if d.stage != "mfcc"][-1]
    assert (way.mean, way.shape) == (pytest.approx(start.mean(), abs=1e-9), start.shape)
    assert (last.mean, last.shape) == (pytest.approx(end.mean(), abs=1e-9), end.shape)
    # The factors of the bands multiply to that of the whole way.
    total = math.prod(d.factor for d in way.differences if d.stage == "bands")
    bands = [presets._energies(y, 16000, presets.get(name))[0].mean() for name in (a, b)]
    assert total == pytest.approx(bands[1] / bands[0], rel=1e-9)
    # Nothing is listed that is the same, and nothing twice.
    assert len({d.setting for d in way.differences}) == len(way.differences)
    assert all(d.a != d.b for d in way.differences)


def test_a_term_is_what_it_measures():
    y = sound()
    common = {"n_fft": 400, "hop_length": 160, "n_mels": 40}
    way = presets.compare("librosa", "torchaudio", y, 16000, **common)
    terms = {d.setting: d for d in way.differences}
    assert list(terms) == ["pad_mode", "htk", "norm", "top", "n_mfcc"]
    mel = {"sr": 16000, "pad_mode": "reflect", "htk": True, **common}
    before, after = dk.melspectrogram(y, **mel), dk.melspectrogram(y, norm=None, **mel)
    assert terms["norm"].factor == pytest.approx(after.mean() / before.mean(), rel=1e-12)
    heard = before > before.max() / 1e6
    largest = np.max(np.abs(10 * np.log10(after[heard] / before[heard])))
    assert terms["norm"].largest == pytest.approx(largest, rel=1e-12)
    assert (terms["top"].factor, terms["top"].largest) == (None, None)
    mfccs = [dk.mfcc(y, sr=16000, preset="torchaudio", n_mfcc=n, mfcc_top=80.0, **common) for n in (20, 40)]
    rms = [np.sqrt(np.mean(C**2)) for C in mfccs]
    assert terms["n_mfcc"].factor == pytest.approx(rms[1] / rms[0], rel=1e-12)


def test_norm_and_scale_bring_torchaudio_to_librosa():
    """The two defaults differ by three terms; with these made equal they agree (peers' own advice)."""
    y = sound()
    same = {"n_fft": 400, "hop_length": 160, "n_mels": 40, "top": None}
    mended = dk.log_mel(y, 16000, preset="torchaudio", pad_mode="constant", htk=False, norm="slaney", **same)
    np.testing.assert_allclose(mended, dk.log_mel(y, 16000, preset="librosa", **same), atol=1e-12)


def test_equal_lengths_are_no_difference():
    kaldi = presets.get("kaldi", hop_length=160, win_length=400, n_fft=512, fmax=8000.0, name="in samples")
    assert presets.compare("kaldi", kaldi, sound(), 16000).differences == ()


def test_the_table_shows_every_step():
    way = presets.compare("librosa", "whisper", sound(), 16000)
    lines = repr(way).splitlines()
    assert lines[0].split()[:3] == ["setting", "librosa", "whisper"]
    assert [line.split()[0] for line in lines[3:]] == [d.setting for d in way.differences]
    assert max(map(len, lines)) <= 110


def test_comparing_silence_and_the_built_in_sound():
    assert repr(presets.compare("librosa", "kaldi", np.zeros(8000), 16000))
    assert presets.compare("librosa", "kaldi", sr=8000).differences


# ------------------------------------------------------------------------------------------------------- errors

Y = sound()
ERRORS = [
    (lambda: dk.log_mel(Y, 16000, preset="kalid"), dk.ParameterError, "preset='kalid' is not known. Did you mean 'kal"),
    (lambda: dk.log_mel(Y, 16000, nmels=3), dk.ParameterError, "setting='nmels' is not known. Did you mean 'n_mels'"),
    (lambda: dk.log_mel(Y, 22050, preset="whisper"), dk.ParameterError, "sr=22050; the preset 'whisper' is defined"),
    (lambda: dk.log_mel(Y, 0), dk.ParameterError, "sr=0; expected a positive number"),
    (lambda: dk.log_mel(Y[:100], 16000, preset="kaldi"), dk.ParameterError, "shorter than one frame"),
    (lambda: dk.log_mel(Y.astype("int16"), 16000, preset="htk"), dk.SampleTypeError, "int16 samples"),
    (lambda: dk.log_mel(Y * np.nan, 16000, preset="kaldi"), dk.ParameterError, "NaN or infinite"),
    (lambda: dk.log_mel(Y[:0], 16000, preset="kaldi"), dk.ParameterError, "y is empty"),
    (lambda: dk.log_mel(Y, 16000, log="dB10"), dk.ParameterError, "log='dB10' is not known"),
    (lambda: dk.log_mel(Y, 16000, bins="kaldi"), dk.ParameterError, "bins='kaldi' is not known"),
    (lambda: dk.log_mel(Y, 16000, floor=0), dk.ParameterError, "floor=0; expected a positive number"),
    (lambda: dk.log_mel(Y, 16000, hop_length="10 s"), dk.ParameterError, "hop_length='10 s' is no length"),
    (lambda: dk.log_mel(Y, 16000, hop_length="x ms"), dk.ParameterError, "hop_length='x ms' is no length"),
    (lambda: dk.log_mel(Y, 16000, n_fft="next_pow2"), dk.ParameterError, "win_length=None stands for n_fft"),
    (lambda: dk.log_mel(Y, 16000, n_fft=256, win_length=400), dk.ParameterError, "win_length=400 is larger than n_fft"),
    (lambda: dk.mfcc(Y, sr=16000, preset="kaldi", n_mfcc=24), dk.ParameterError, "n_mfcc=24 is more than there are"),
    (lambda: presets.get("htk", dct_norm="kaldi"), dk.ParameterError, "dct_norm='kaldi' is not known"),
    (lambda: presets.get("htk", c0="power"), dk.ParameterError, "c0='power' is not known"),
    (lambda: presets.compare("htk", "julius"), dk.ParameterError, "preset='julius' is not known"),
]


@pytest.mark.parametrize(("call", "error", "text"), ERRORS, ids=[text for _, _, text in ERRORS])
def test_errors_say_what_came_and_what_to_do(call, error, text):
    with pytest.raises(error, match=text):
        call()


@pytest.mark.parametrize("sr", [11025, 16000])
@pytest.mark.parametrize("fmax", [None, 4000.0])
def test_torchaudio_lays_out_its_bins_to_half_the_rate_rounded_down(rng, sr, fmax):
    """As torchaudio.functional.melscale_fbanks does: ``torch.linspace(0, sample_rate // 2, n_freqs)``."""
    y = rng.standard_normal(sr)
    got = dk.log_mel(y, sr, preset="torchaudio", n_mels=40, fmax=fmax, top=None)
    freqs = np.linspace(0, sr // 2, 201)
    mels = np.linspace(0, 2595 * np.log10(1 + (fmax or float(sr // 2)) / 700), 42)
    edges = 700 * (10 ** (mels / 2595) - 1)
    slopes = edges[:, None] - freqs
    fb = np.maximum(0, np.minimum(-slopes[:-2] / np.diff(edges)[:-1, None], slopes[2:] / np.diff(edges)[1:, None]))
    S = np.abs(dk.stft(y, n_fft=400, hop_length=200, pad_mode="reflect")) ** 2
    np.testing.assert_allclose(got, 10 * np.log10(np.maximum(fb @ S, 1e-10)), atol=1e-8)


@pytest.mark.parametrize("sr", [11025, 16000])
def test_the_way_to_torchaudio_names_the_rounding_where_there_is_one(rng, sr):
    found = presets.compare(
        "librosa", "torchaudio", rng.standard_normal(4000), sr, n_fft=400, hop_length=160, n_mels=40
    )
    assert ("whole_nyquist" in [d.setting for d in found.differences]) == (sr % 2 == 1)
