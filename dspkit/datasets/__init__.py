"""Datasets: from a folder of sounds to features, in parallel, and nothing is ever half-written.

Lesson: ``notebooks/15_datasets.ipynb``. The functions are reached through the module, as ``dk.datasets.extract``::

    import dspkit as dk

    if __name__ == "__main__":
        report = dk.datasets.extract("sounds", "features", dk.datasets.MelStack())
        dataset = dk.datasets.FeatureDataset("features", labels="folder")
        train, validation, test = dataset.split(groups="folder")

* ``features.py``: what is made of a sound, as a value (:class:`MelStack`, :class:`LogMel`, :class:`MFCC`,
  :class:`Function`);
* ``extraction.py``: :func:`extract`, and the :class:`Report` of what it did;
* ``_work.py``: what a worker does with one sound; ``_engines.py``: who the workers are (:class:`Processes`, or any
  executor), and what happens when one dies; ``_store.py``: lock, manifest and finished files;
* ``reading.py``: :class:`FeatureDataset`, :func:`pack`.

The same from a command line: ``python -m dspkit.datasets SOUNDS OUT --features mel-stack --workers 4``.
"""

from ._engines import Processes
from .extraction import Report, extract
from .features import MFCC, Function, LogMel, MelStack
from .reading import Batch, FeatureDataset, pack

__all__ = [
    "MFCC",
    "Batch",
    "FeatureDataset",
    "Function",
    "LogMel",
    "MelStack",
    "Processes",
    "Report",
    "extract",
    "pack",
]
