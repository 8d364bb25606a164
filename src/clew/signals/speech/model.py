"""The voice activity model of Silero, run with onnxruntime.

The model (Silero Team, "Silero VAD", 2024) is a small recurrent network that says of every 32 ms
how likely somebody speaks. Its file lies in the ``silero-vad`` wheel; the code in that wheel, which
wants torch, is not loaded. Of the files there, the one that takes many steps at a time says to the
last bit what the one for a single step says, in a third of the time.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime

STEP = 512
"""Samples at 16 kHz that one answer is about."""

_CONTEXT = 64
_UNITS = 128
_FILE = "silero_vad_16k_sequence.onnx"


def missing() -> str:
    """What to install, empty when all is there."""
    wanted = []
    if find_spec("onnxruntime") is None:
        wanted.append("pip install onnxruntime")
    model = _model()
    if model is None or not model.exists():  # earlier versions have none for many steps
        wanted.append("pip install --no-deps --upgrade silero-vad")
    return " && ".join(wanted)


def _model() -> Path | None:
    """Where the model lies; None when the package is not installed."""
    spec = find_spec("silero_vad")
    if spec is None or spec.submodule_search_locations is None:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "data" / _FILE


@cache
def _session() -> onnxruntime.InferenceSession:
    """The model, loaded once in a process: by the rehearsal, before that is confined."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    file = _model()
    assert file is not None
    return onnxruntime.InferenceSession(
        file.read_bytes(), options, providers=["CPUExecutionProvider"]
    )


class Listener:
    """Says of sound that goes on how likely somebody speaks."""

    def __init__(self) -> None:
        self._hidden = np.zeros((1, 1, _UNITS), np.float32)
        self._cell = np.zeros((1, 1, _UNITS), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def hear(self, steps: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probability of speech, 0 to 1, in each of the next steps.

        Args:
            steps: float32[n, :data:`STEP`], one behind the other.

        Returns:
            float32[n].
        """
        if not len(steps):
            return np.zeros(0, np.float32)
        windows = np.empty((len(steps), _CONTEXT + STEP), np.float32)
        windows[:, _CONTEXT:] = steps
        windows[0, :_CONTEXT] = self._context
        windows[1:, :_CONTEXT] = steps[:-1, -_CONTEXT:]
        self._context = steps[-1, -_CONTEXT:].copy()
        given = {"input": windows, "h": self._hidden, "c": self._cell}
        likely, self._hidden, self._cell = _session().run(None, given)
        return np.asarray(likely, np.float32)
