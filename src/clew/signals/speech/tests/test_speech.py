"""What is special about speech: where it is found, and what is said when the model is missing."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from clew.media.sound import RATE, Stretch
from clew.signals.speech import SIGNAL
from clew.signals.speech.extract import HEARD, SPEECH
from clew.signals.speech.model import STEP, Listener, missing
from clew.training.melodies import make_melody


def test_a_melody_and_silence_are_no_speech() -> None:
    extractor = SIGNAL.extractor()
    tune = make_melody(np.random.default_rng(1), 6.0, RATE)
    extractor.take(Stretch(tune, 0.0, 0))
    extractor.take(Stretch(np.zeros(2 * RATE, np.float32), 6.0, 0))
    features = extractor.finish()
    assert [f.variant for f in features if f.variant == SPEECH] == []
    assert features[0].variant == HEARD
    assert features[0].end == pytest.approx(8.0, abs=0.01)


def test_it_does_not_matter_how_much_is_heard_at_once() -> None:
    random = np.random.default_rng(3)
    steps = make_melody(random, 2.0, RATE)[: 60 * STEP].reshape(60, STEP)
    steps += random.normal(0, 0.05, steps.shape).astype(np.float32)
    together, apart = Listener(), Listener()
    one_by_one = np.concatenate([apart.hear(step[None]) for step in steps])
    assert np.array_equal(together.hear(steps), one_by_one)
    assert one_by_one.std() > 0


def test_a_missing_package_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.signals.speech.model.find_spec", lambda name: None)
    assert missing() == "pip install onnxruntime && pip install --no-deps --upgrade silero-vad"
    monkeypatch.undo()
    assert importlib.util.find_spec("onnxruntime") is not None
