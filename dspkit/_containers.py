"""What is in a sound file, read before libsndfile reads it: headers may lie, and libsndfile believes most of them.

:func:`streams` looks at the container (RIFF, AIFF, CAF, AU, FLAC, Ogg, MPEG audio) and gives the streams in it, each as
a file that libsndfile reads to its end, with the number of sample frames that must come out of it. What is cut short
or does not fit together raises here, in words.

Sources: EBU Tech 3306 (RF64); Apple, *Audio Interchange File Format* (1989) and *Core Audio Format* (2011); RFC 3533
(Ogg); RFC 9639 (FLAC); ISO/IEC 11172-3, 2.4.1.3, and 13818-3 (MPEG audio frames); ID3v2.4, section 3.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple

from .errors import AudioFileError

__all__ = ["Stream", "streams"]


class Stream(NamedTuple):
    """One stream of sound in a file."""

    file: BinaryIO
    """What libsndfile is to read."""
    frames: int | None
    """How many sample frames there are to read; None: as many as libsndfile says."""
    at_least: bool = False
    """Whether ``frames`` is only what a header promised, and more may come."""

    @property
    def size(self) -> int:
        """Bytes."""
        here = self.file.tell()
        size = self.file.seek(0, io.SEEK_END)
        self.file.seek(here)
        return size


def streams(file: BinaryIO, name: str) -> list[Stream]:
    """The streams in a seekable file, one after the other; ``name`` is for the errors."""
    size = file.seek(0, io.SEEK_END)
    begin = _after_id3(file, size)
    head = _at(file, begin, 16)
    if head[:4] == b"OggS":
        return _ogg(_at(file, begin, size), name)
    if head[:4] == b"fLaC":
        return [_flac(file, begin, size, name)]
    if layout := _LAYOUTS.get(head[:4]):
        return [_chunked(file, size, layout, name)]
    if head[:4] in {b".snd", b"dns."}:
        return [_au(file, size, name)]
    if head[:7] == b"NIST_1A":
        count = re.search(rb"sample_count -i (\d+)", _at(file, begin, 1024))
        return [Stream(_plain(file, size).file, int(count.group(1)) if count else None)]
    if begin or _frame(head) or name.lower().endswith((".mp3", ".mp2", ".mp1", ".mpga")):
        return _mpeg(_at(file, 0, size), name) or [_plain(file, size)]
    return [_plain(file, size)]


def _plain(file: BinaryIO, size: int) -> Stream:
    return Stream(_buffered(file, [(0, size)]), None)


def _at(file: BinaryIO, start: int, n: int) -> bytes:
    file.seek(start)
    return file.read(n)


class Pieces(io.RawIOBase):
    """A file made of pieces, one after the other: bytes, or parts (start, stop) of another file."""

    def __init__(self, file: BinaryIO, pieces: list[bytes | tuple[int, int]]) -> None:
        self._file, self._pieces, self._position = file, pieces, 0
        self._ends: list[int] = []
        for piece in pieces:
            n = len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
            self._ends.append(n + (self._ends[-1] if self._ends else 0))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ends[-1]}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        view, got = memoryview(buffer).cast("B"), 0
        begin = 0
        for piece, end in zip(self._pieces, self._ends, strict=True):
            if begin <= self._position < end and got < len(view):
                n, offset = min(end - self._position, len(view) - got), self._position - begin
                begins = piece[0] + offset if isinstance(piece, tuple) else offset
                part = _at(self._file, begins, n) if isinstance(piece, tuple) else piece[begins : begins + n]
                view[got : got + len(part)] = part
                got, self._position = got + len(part), self._position + len(part)
            begin = end
        return got


def _buffered(file: BinaryIO, pieces: list[bytes | tuple[int, int]]) -> BinaryIO:
    return io.BufferedReader(Pieces(file, pieces), 1 << 16)


def _cut_short(name: str, promised: int, there: int, what: str = "bytes of sound") -> AudioFileError:
    return AudioFileError(
        f"{name} is cut short: its header promises {promised} {what}, there are {there}. Get it again."
    )


def _damaged(name: str, why: str) -> AudioFileError:
    return AudioFileError(f"{name} is damaged: {why}. Get the file again.")


# --- Files made of chunks ------------------------------------------------------------------------------------------


class _Layout(NamedTuple):
    """How the chunks of a container are written: a name, a size, the content."""

    header: struct.Struct
    first: int  # where the first chunk begins
    sound: tuple[bytes, ...]  # the names of the chunk with the sound
    total: int | None  # where the size of the whole file stands
    inclusive: bool = False  # whether a chunk's size counts its header
    align: int = 2  # chunks begin at multiples of this


_W64_DATA = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"  # a GUID
_LAYOUTS = {
    b"RIFF": _Layout(struct.Struct("<4sI"), 12, (b"data",), 4),
    b"RIFX": _Layout(struct.Struct(">4sI"), 12, (b"data",), 4),
    b"RF64": _Layout(struct.Struct("<4sI"), 12, (b"data",), None),
    b"riff": _Layout(struct.Struct("<16sQ"), 40, (_W64_DATA,), None, True, 8),
    b"FORM": _Layout(struct.Struct(">4sI"), 12, (b"SSND", b"BODY"), 4),
    b"caff": _Layout(struct.Struct(">4sq"), 8, (b"data",), None, align=1),
}  # fmt: skip

# What programs write where they cannot know the length yet, and never come back: into a pipe, or until they are
# stopped. Some count the header in, some round down to whole frames.
_UNKNOWN = (0x7F000000, 0x7FFFF000, 0x7FFFFF00, 0x7FFFFFFF, 0x80000000, 0xFFFFF000, 0xFFFFFF00, 0xFFFFFFFF)


def _is_unknown(promised: int, before: int) -> bool:
    """Whether a size stands for "not known"; ``before`` is the number of bytes that come before the sound."""
    return promised == -1 or any(0 <= placeholder - promised <= before for placeholder in _UNKNOWN)


def _chunked(file: BinaryIO, size: int, layout: _Layout, name: str) -> Stream:
    long_sizes: list[int] = []
    for kind, at, start, promised in _chunks(file, layout, layout.first, size):
        if kind == b"ds64":  # RF64: the true sizes, of the file and of the sound
            long_sizes = list(struct.unpack("<QQ", _at(file, start, 16).ljust(16, b"\0")))
        if kind not in layout.sound:
            continue
        there = size - start
        if long_sizes and promised == 0xFFFFFFFF:
            promised = long_sizes[1]
            unknown = False
        else:
            unknown = _is_unknown(promised, start + 64) or (promised == 0 and not _tile(file, layout, start, size))
        if unknown and promised <= there:  # also where as much as a placeholder says is there: it may be more
            promised = 2**63
        if not unknown:
            if promised > there:
                raise _cut_short(name, promised, there)
            _refuse_loose_ends(file, layout, start + promised, size, name)
            frames = _frames_in_packets(file, layout, size, name) if layout.header.format == ">4sq" else None
            return Stream(_plain(file, size).file, frames)
        # The true sizes take the place of what stands there.
        order, number, length = layout.header.format[0], layout.header.format[-1], layout.header.size - 4
        if there >= 2 ** (8 * length) - 64:
            raise AudioFileError(
                f"{name} does not say how long it is, and holds {there} bytes of sound; libsndfile reads at most 4 GiB "
                f"of such a file. Convert it to RF64, W64 or FLAC first."
            )
        pieces: list[bytes | tuple[int, int]] = [(0, at + 4), struct.pack(order + number, there), (start, size)]
        if layout.total is not None:
            pieces[:1] = [(0, 4), struct.pack(f"{order}I", size - 8), (8, at + 4)]
        return Stream(_buffered(file, pieces), None)
    if layout.sound == (b"SSND", b"BODY") and _at(file, 8, 4) not in {b"AIFF", b"AIFC", b"8SVX", b"16SV"}:
        return _plain(file, size)
    raise AudioFileError(f"{name} is damaged or cut short: no part of it holds sound. Get the file again.")


def _chunks(file: BinaryIO, layout: _Layout, pos: int, stop: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, place, place of the content, and size, of each chunk; sizes may lie."""
    n = layout.header.size
    while pos + n <= stop:
        kind, promised = layout.header.unpack(_at(file, pos, n))
        if layout.inclusive:
            promised -= n
        if promised < -1:
            return
        yield kind, pos, pos + n, promised
        pos += n + promised
        pos += -pos % layout.align


def _tile(file: BinaryIO, layout: _Layout, pos: int, stop: int, *, last_may_be_cut: bool = False) -> bool:
    """Whether from ``pos`` to ``stop`` there are chunks, one after the other, or nothing."""
    for kind, _, start, promised in _chunks(file, layout, pos + -pos % layout.align, stop):
        if not all(32 <= c < 127 for c in kind[:4]) or promised < 0:
            return False
        pos = start + promised
    pos += -pos % layout.align
    return pos == stop or pos == stop + 1 or (last_may_be_cut and pos > stop)


def _refuse_loose_ends(file: BinaryIO, layout: _Layout, end: int, size: int, name: str) -> None:
    """Raise if, inside what the header calls the file, the sound is followed by what is no chunk: its size is wrong."""
    stop = size
    if layout.total is not None:
        order = ">" if layout.header.format[0] == ">" else "<"
        stop = min(size, 8 + struct.unpack(f"{order}I", _at(file, layout.total, 4))[0])
    # The last chunk may be cut off (the sound is whole), and a file may be filled up with zeros.
    end += -end % layout.align
    if end < stop and not _tile(file, layout, end, stop, last_may_be_cut=True) and any(_at(file, end, stop - end)):
        raise _damaged(name, f"its header says that the sound ends {stop - end} bytes earlier than the file does")


def _frames_in_packets(file: BinaryIO, layout: _Layout, size: int, name: str) -> int | None:
    """How many sample frames a CAF file holds, where it has a packet table; that must add up."""
    per_packet = 0
    for kind, _, start, promised in _chunks(file, layout, layout.first, size):
        if kind == b"desc":
            (per_packet,) = struct.unpack(">I", _at(file, start + 20, 4).rjust(4, b"\0"))
        if kind == b"pakt" and promised >= 24 and per_packet:
            packets, frames, before, after = struct.unpack(">qqii", _at(file, start, 24).rjust(24, b"\0"))
            if packets * per_packet != frames + before + after:
                raise _damaged(name, f"{packets} packets of {per_packet} frames are not {frames} frames")
            return frames
    return None


def _au(file: BinaryIO, size: int, name: str) -> Stream:
    head = _at(file, 0, 12)
    start, promised = struct.unpack(f"{'>' if head[:1] == b'.' else '<'}II", head[4:].ljust(8, b"\0"))
    if promised != 0xFFFFFFFF:
        if start + promised > size:
            raise _cut_short(name, promised, max(0, size - start))
        if start + promised < size and any(_at(file, start + promised, size)):
            raise _damaged(name, f"its header says that the sound ends {size - start - promised} bytes too early")
    return _plain(file, size)


# --- FLAC ----------------------------------------------------------------------------------------------------------


def _flac(file: BinaryIO, begin: int, size: int, name: str) -> Stream:
    """The stream without its header's number of samples: libsndfile would stop there, whatever comes after."""
    word = int.from_bytes(_at(file, begin + 18, 8), "big")
    total = word & (2**36 - 1)
    if size < begin + 26:
        raise _cut_short(name, 42, size - begin, "bytes of header")
    pieces: list[bytes | tuple[int, int]] = [
        (begin, begin + 18), (word - total).to_bytes(8, "big"), (begin + 26, _before_tags(file, size)),
    ]  # fmt: skip
    return Stream(_buffered(file, pieces), total or None, at_least=True)


# --- Tags, before and after ----------------------------------------------------------------------------------------


def _after_id3(file: BinaryIO, size: int) -> int:
    """Where the file goes on after ID3v2 tags."""
    pos = 0
    while (n := _id3_length(_at(file, pos, 10))) and pos + n <= size:
        pos += n
    return pos


def _id3_length(head: bytes) -> int:
    if len(head) < 10 or head[:3] != b"ID3" or any(c & 0x80 for c in head[6:10]):
        return 0
    n = 0
    for c in head[6:10]:
        n = n << 7 | c
    return n + 10 + (10 if head[5] & 0x10 else 0)


def _before_tags(file: BinaryIO, size: int) -> int:
    """Where the file ends, but for an ID3v1 tag and an APE tag."""
    if _at(file, max(0, size - 128), 3) == b"TAG":
        size -= 128
    foot = _at(file, max(0, size - 32), 32)
    if foot[:8] == b"APETAGEX":
        n, _, flags = struct.unpack("<III", foot[12:24])
        size = max(0, size - n - (32 if flags >> 31 else 0))
    return size


# --- Ogg -----------------------------------------------------------------------------------------------------------

_REVERSED = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))


def _ogg_crc(page: bytes) -> int:
    """The checksum of a page (its own four bytes being zero): zlib's polynomial, with the bits the other way round."""
    crc = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)


def _ogg(data: bytes, name: str) -> list[Stream]:
    """The links of an Ogg file; every page is looked at: whole, undamaged, none missing, and the last one there."""
    starts, pos, in_head = [0], 0, True
    numbers: dict[bytes, int] = {}  # of the page that comes next, for each stream that has not ended
    while pos < len(data):
        page = data[pos : pos + 27]
        if page[:4] != b"OggS":
            if not any(data[pos:]) or data[pos : pos + 3] == b"TAG":
                break
            raise _damaged(name, f"after {pos} bytes there is no Ogg page")
        n = 27 + page[26] + sum(data[pos + 27 : pos + 27 + page[26]]) if len(page) == 27 else 27
        if pos + n > len(data):
            raise AudioFileError(f"{name} is cut short: its last Ogg page is not whole. Get the file again.")
        page = data[pos : pos + n]
        if _ogg_crc(page[:22] + bytes(4) + page[26:]) != int.from_bytes(page[22:26], "little"):
            raise _damaged(name, f"the Ogg page at byte {pos} does not have the checksum that it says")
        serial, number = page[14:18], int.from_bytes(page[18:22], "little")
        first, last = page[5] & 2, page[5] & 4
        if first and not in_head:
            if numbers:
                break
            starts.append(pos)
        in_head = bool(first)
        if number != numbers.get(serial, number):
            raise _damaged(name, f"Ogg pages are missing before byte {pos}")
        numbers[serial] = number + 1
        if last:
            del numbers[serial]
        pos += n
    if numbers:
        raise AudioFileError(f"{name} is cut short: the Ogg stream has no last page. Get the file again.")
    file = io.BytesIO(data)
    return [Stream(_buffered(file, [ends]), None) for ends in pairwise([*starts, pos])]


# --- MPEG audio ----------------------------------------------------------------------------------------------------

_KILOBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MPEG_RATES = (44100, 48000, 32000)


class _Frame(NamedTuple):
    """What the four bytes at the head of an MPEG audio frame say."""

    length: int  # bytes
    samples: int
    kind: tuple[int, int, int]  # version (1; 2, 3 for 2.5), layer, sample rate: the same in all of a stream
    side: int  # bytes of header, checksum and side information, after which an Xing header would stand


def _frame(head: bytes) -> _Frame | None:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version = {3: 1, 2: 2, 0: 3}.get(head[1] >> 3 & 3, 0)
    layer = 4 - (head[1] >> 1 & 3)
    rate_index, speed = head[2] >> 2 & 3, head[2] >> 4
    if not version or layer == 4 or rate_index == 3 or speed in {0, 15}:
        return None
    sr = _MPEG_RATES[rate_index] >> (version - 1)
    bits = 1000 * _KILOBITS[min(version, 2), layer][speed - 1]
    padding = head[2] >> 1 & 1
    samples = 384 if layer == 1 else 576 if layer == 3 and version > 1 else 1152
    length = (12 * bits // sr + padding) * 4 if layer == 1 else samples // 8 * bits // sr + padding
    mono = head[3] >> 6 == 3
    side = 4 + (32 if version == 1 and not mono else 9 if version > 1 and mono else 17)
    return _Frame(length, samples, (version, layer, sr), side)


def _mpeg(data: bytes, name: str) -> list[Stream]:
    """The streams of an MP3 file: from each header with a number of frames (Xing, Info) to the next.

    libsndfile takes the number of samples from the header of the first, or where there is none, from the file's size.
    Here the frames are counted. Tags between them are left out.
    """
    pos = _next_frame(data, 0, None)
    if pos is None:
        return []
    found: list[_Segment] = []
    kind = _frame(data[pos : pos + 4]).kind  # type: ignore[union-attr]  # there is one
    while pos < len(data):
        frame = _frame(data[pos : pos + 4])
        if frame is not None and frame.kind != kind and _next_frame(data, pos, frame.kind) == pos:
            kind = frame.kind  # another sound was appended
            found.append(_Segment(None))
        if frame is None or frame.kind != kind:
            after = _after_tag(data, pos)
            if after is None:
                after = _next_frame(data, pos, kind)
                enough = bool(found) and found[-1].promised is not None and found[-1].count >= found[-1].promised
                if after is None and (enough or not any(data[pos:])):
                    break
                if not enough:
                    raise _damaged(name, f"at byte {pos} there is no MPEG frame")
            pos = after if after is not None else len(data)
            continue
        if pos + frame.length > len(data):
            raise AudioFileError(f"{name} is cut short: its last MPEG frame is not whole. Get the file again.")
        header = _frames_promised(data[pos : pos + frame.length], frame)
        if header is not None or not found:
            found.append(_Segment(header))
        found[-1].add(pos, frame, is_header=header is not None)
        pos += frame.length
    file = io.BytesIO(data)
    return [segment.stream(file, data, name) for segment in found if segment.count]


class _Segment:
    """Frames of one MP3 stream, and the number that its header promised."""

    def __init__(self, promised: int | None) -> None:
        self.promised, self.count, self.samples = promised, 0, 0
        self.header: tuple[int, int] | None = None
        self.parts: list[list[int]] = []

    def add(self, pos: int, frame: _Frame, *, is_header: bool) -> None:
        stop = pos + frame.length
        if is_header:
            self.header = (pos, stop)
            return
        self.count, self.samples = self.count + 1, self.samples + frame.samples
        if self.parts and self.parts[-1][1] == pos:
            self.parts[-1][1] = stop
        else:
            self.parts.append([pos, stop])

    def stream(self, file: BinaryIO, data: bytes, name: str) -> Stream:
        pieces: list[bytes | tuple[int, int]] = [(a, b) for a, b in self.parts]
        if self.promised is not None and self.promised > self.count + 1:
            raise _cut_short(name, self.promised, self.count, "MPEG frames")
        if self.header is not None and self.promised in {self.count, self.count + 1}:
            # As its encoder made it, with the samples to leave out at both ends (LAME's part of the header).
            return Stream(_buffered(file, [self.header, *pieces]), None)
        # libsndfile will take the number of samples from the file's length and the first frame's: silent frames after
        # the last make that enough, and are not read.
        start = self.parts[0][0]
        first = _frame(data[start : start + 4])
        assert first is not None
        missing = (self.count + 4) * (first.length + 1) - sum(b - a for a, b in self.parts)
        pieces.append(_silent_frame(data[start : start + 4], first) * max(0, -(-missing // first.length)))
        return Stream(_buffered(file, pieces), self.samples)


def _frames_promised(frame: bytes, head: _Frame) -> int | None:
    """The number of frames in an Xing, Info or VBRI header; 0 where it has the header, but no number."""
    if head.kind[1] != 3:
        return None
    for side in (head.side, head.side + 2):  # with a checksum, it comes two bytes later
        if frame[side : side + 4] in {b"Xing", b"Info"}:
            return int.from_bytes(frame[side + 8 : side + 12], "big") if frame[side + 7] & 1 else 0
    return int.from_bytes(frame[50:54], "big") if frame[36:40] == b"VBRI" else None


def _silent_frame(head: bytes, frame: _Frame) -> bytes:
    """A frame like the one that begins with ``head``, without a checksum: zeros are silence."""
    return bytes([head[0], head[1] | 1, *head[2:]]).ljust(frame.length, b"\0")


def _after_tag(data: bytes, pos: int) -> int | None:
    """Where the tag that begins here (ID3v2, ID3v1, APE) ends; None where there is none."""
    if n := _id3_length(data[pos : pos + 10]):
        return pos + n
    if data[pos : pos + 3] == b"TAG" and len(data) - pos >= 128:
        return pos + 128
    if data[pos : pos + 8] == b"APETAGEX":
        return pos + 32 + int.from_bytes(data[pos + 12 : pos + 16], "little")
    return None


def _next_frame(data: bytes, pos: int, kind: tuple[int, int, int] | None) -> int | None:
    """The next place from which on three frames follow each other, or fewer up to the very end, all of one kind."""
    while (pos := data.find(b"\xff", pos)) >= 0:
        here, place, wanted, run = _frame(data[pos : pos + 4]), pos, kind, 0
        while here is not None and (wanted is None or here.kind == wanted):
            run, wanted, place = run + 1, here.kind, place + here.length
            if run == 3 or place == len(data):
                return pos
            here = _frame(data[place : place + 4])
        pos += 1
    return None
