"""From inside a confined process: what a decoder that was taken over can still reach."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tasks import CALLS, NUMBERS

sys.path.pop(0)

REFUSED = {"EPERM", "EACCES", "ENOENT", "EBADF", "ENOSYS", "EFBIG"}


def kernel_has(layer: str) -> bool:
    """Whether this kernel offers a layer, found out independently of the code under test."""
    if layer == "seccomp":
        return Path("/proc/sys/kernel/seccomp/actions_avail").exists()
    if layer == "landlock":
        return "landlock" in Path("/sys/kernel/security/lsm").read_text()
    return True


@pytest.fixture(autouse=True)
def _loud_where_nothing_can_be_proven(pool):
    if "seccomp" not in pool.layers and not kernel_has("seccomp"):
        pytest.skip("THIS KERNEL HAS NO SECCOMP: DECODERS ARE NOT CONFINED HERE, AND NOT TESTED")


@pytest.fixture
def attempt(pool, run):
    """Have the confined process try something; how the kernel answered."""

    def attempt(*names):
        answers = [event.content for _, event in run(pool, names) if hasattr(event, "content")]
        assert len(answers) == len(names), "the process was lost over one of them"
        return dict(zip(names, answers, strict=True))

    return attempt


def test_all_layers_that_the_machine_offers_are_in_force(pool):
    expected = {"limits", "no core dumps", "no new privileges", "seccomp"}
    if os.geteuid() == 0:
        expected |= {"unprivileged user", "empty root", "namespaces"}
    if Path("/sys/kernel/security/lsm").exists() and kernel_has("landlock"):
        expected.add("landlock")
    assert expected <= set(pool.layers)


def test_no_file_can_be_opened_made_or_listed(attempt):
    own = tempfile.gettempdir()
    names = [
        *(
            f"open:{path}"
            for path in ("/etc/passwd", "/proc/self/mem", "/dev/zero", sys.executable)
        ),
        *(f"create:{path}" for path in (f"{own}/clew-escaped", "/dev/shm/clew-escaped", "x")),
        *(f"list:{path}" for path in ("/", ".", own, "/proc")),
    ]
    assert set(attempt(*names).values()) <= REFUSED
    assert not Path(own, "clew-escaped").exists()


def test_no_path_can_even_be_asked_about(attempt):
    names = [
        f"{how}:{path}"
        for how in ("stat", "stat by the back door")
        for path in ("/etc/passwd", "/", "/proc/1", "../../../etc/passwd")
    ]
    answers = attempt(*names)
    # The root itself is the empty folder, which tells nothing.
    answers.pop("stat by the back door:/")
    assert set(answers.values()) <= REFUSED


def test_no_other_process_can_be_signalled_traced_or_started(attempt):
    names = [
        *("fork", "run", "kill the parent", "probe the parent", "kill all", "trace the parent"),
        *("own the channel", "choose a signal", "own by ioctl", "type into the terminal"),
    ]
    assert set(attempt(*names).values()) <= REFUSED


def test_the_network_is_out_of_reach(attempt):
    assert attempt("connect")["connect"] in REFUSED


def test_nothing_is_written_anywhere(attempt):
    answers = attempt("write to the file", "write to memory file", "grow memory file")
    assert set(answers.values()) <= REFUSED


def test_memory_and_descriptors_are_bounded(attempt):
    answers = attempt("more memory", "many descriptors")
    assert answers == {"more memory": "MemoryError", "many descriptors": "EMFILE"}


def test_system_calls_that_decoding_does_not_need_are_refused(attempt):
    known = [name for name in CALLS if NUMBERS[name] >= 0]
    assert len(known) > 60, "this processor's calls are not known by name"
    answers = attempt(*(f"call:{name}" for name in known))
    assert {name: a for name, a in answers.items() if a not in ("EPERM", "ENOSYS")} == {}


def test_the_file_that_is_handed_over_can_be_read(pool, run):
    contents = [event.content for _, event in run(pool, ["read"]) if hasattr(event, "content")]
    assert contents == ["hello"]
