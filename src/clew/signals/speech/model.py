"""The voice activity model of Silero, run with onnxruntime.

The model (Silero Team, "Silero VAD", 2024) is a small recurrent network that says of every 32 ms
how likely somebody speaks. Its file lies in the ``silero-vad`` wheel; the code in that wheel, which
wants torch, is not loaded.
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
_RATE = np.array(16_000, np.int64)


def missing() -> str:
    """What to install, empty when all is there."""
    wanted = [
        command
        for package, command in (
            ("onnxruntime", "pip install onnxruntime"),
            ("silero_vad", "pip install --no-deps silero-vad"),
        )
        if find_spec(package) is None
    ]
    return " && ".join(wanted)


@cache
def _session() -> onnxruntime.InferenceSession:
    """The model, loaded once in a process: by the rehearsal, before that is confined."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    spec = find_spec("silero_vad")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(next(iter(spec.submodule_search_locations))) / "data" / "silero_vad.onnx"
    return onnxruntime.InferenceSession(
        file.read_bytes(), options, providers=["CPUExecutionProvider"]
    )


class Listener:
    """Says of sound that goes on how likely somebody speaks."""

    def __init__(self) -> None:
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def hear(self, samples: NDArray[np.float32]) -> float:
        """The probability of speech in the next :data:`STEP` samples, 0 to 1."""
        window = np.concatenate([self._context, samples])[None]
        self._context = samples[-_CONTEXT:]
        given = {"input": window, "state": self._state, "sr": _RATE}
        probability, self._state = _session().run(None, given)
        return float(probability[0, 0])
