"""The errors that dspkit raises: each is also the built-in error that NumPy users expect. And one warning."""

__all__ = [
    "AudioFileError",
    "DatasetError",
    "DeviceError",
    "EmptyFilterWarning",
    "ParameterError",
    "ReconstructionError",
    "SampleTypeError",
]


class ParameterError(ValueError):
    """An argument has a value that the function cannot work with: a size, a name, a shape, NaN."""


class SampleTypeError(TypeError):
    """An argument has the wrong kind: integer samples, complex where real was expected, a string."""


class ReconstructionError(ParameterError):
    """A short-time spectrum from which some samples cannot be recovered (NOLA is violated)."""


class AudioFileError(OSError, ValueError):
    """A sound file that is missing, empty, cut short or no sound file at all."""


class DeviceError(RuntimeError):
    """There is no GPU to be had: CuPy is not installed, or finds no device."""


class EmptyFilterWarning(UserWarning):
    """Mel filters that lie between two bins: their bands stay silent, whatever the sound."""


class DatasetError(RuntimeError):
    """A set of features that cannot be made or read: another run writes there, no worker starts, nothing is there."""
