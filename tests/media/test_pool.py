"""A process that crashes, hangs or lies costs the file it was at, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clew.media.nursery import ConfinementError
from clew.media.pool import Failed, Finished, Reached, Result, Task

HERE = Path(__file__).parent
NONSENSE = "the decoder was led to send nonsense by it"


def ends(happened):
    """The last event of each task, by its name."""
    return {name: event for name, event in happened if isinstance(event, Finished | Failed)}


def results(happened):
    return [event.content for _, event in happened if isinstance(event, Result)]


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def children():
    """Processes started by this one, dead ones that nobody took note of included."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("abort", "the decoder crashed on it (Aborted)"),
        ("crash", "the decoder crashed on it (segmentation fault)"),
        ("divide", "the decoder crashed on it (Floating point exception)"),
        ("odd signal", "the decoder crashed on it (Real-time signal 6)"),
        ("exit", "the decoding process ended unexpectedly (exit code 3)"),
        ("raise", "the decoding process ended unexpectedly (exit code 1)"),
        ("half a message", "the decoding process ended unexpectedly (exit code 0)"),
        ("not msgpack", NONSENSE),
        ("wrong message", NONSENSE),
        ("giant frame", NONSENSE),
        ("deep nesting", NONSENSE),
        ("bad text", NONSENSE),
        ("ready again", NONSENSE),
    ],
)
def test_a_process_that_fails_costs_one_file_with_its_reason(pool, run, what, reason):
    bad = f"misbehave:{what}"
    happened = run(pool, ["read", bad, "read", "read"])
    assert ends(happened)[bad] == Failed(reason)
    assert results(happened) == ["hello"] * 3


def test_garbage_is_nonsense_or_waited_for_but_never_believed(make_pool, run):
    """Random bytes may claim a long message: then the limit on silence ends the wait."""
    pool = make_pool(seconds_without_progress=2.0)
    for _ in range(3):
        happened = run(pool, ["misbehave:garbage", "read"])
        assert isinstance(ends(happened)["misbehave:garbage"], Failed)
        assert results(happened) == ["hello"]


@pytest.mark.parametrize("what", ["finish twice", "talk after the end"])
def test_what_is_said_after_the_end_of_a_file_is_not_taken_for_another(pool, run, what):
    happened = run(pool, [f"misbehave:{what}", *["read"] * 3])
    assert sum(isinstance(event, Finished | Failed) for _, event in happened) == 4
    assert set(results(happened)) == {"hello"}
    # The process may have been given the next file before it was found out; then that is lost too.
    assert results(happened).count("hello") >= 2


def test_what_a_lost_process_had_begun_is_read_from_its_beginning(make_pool, run):
    """The place in an open file is shared with whoever it was handed to."""
    happened = run(make_pool(workers=1), ["misbehave:begin the next", "read"])
    assert results(happened) == ["hello"]


@pytest.mark.parametrize("what", ["hang", "hang in C"])
def test_a_process_that_hangs_is_stopped_after_the_time_without_progress(make_pool, run, what):
    pool = make_pool(seconds_without_progress=1.0)
    bad = f"misbehave:{what}"
    begun = time.monotonic()
    happened = run(pool, [bad, "read"])
    assert ends(happened)[bad].reason.startswith("stopped: the decoder made no progress for ")
    assert results(happened) == ["hello"]
    assert 1.0 <= time.monotonic() - begun < 10.0


def test_progress_for_ever_is_stopped_after_the_time_for_one_file(make_pool, run):
    pool = make_pool(seconds_per_file=1.5, seconds_per_mebibyte=0.0)
    happened = run(pool, ["misbehave:never done", "read"])
    reason = ends(happened)["misbehave:never done"].reason
    assert reason.startswith("stopped: reading it took more than ")
    assert any(isinstance(event, Reached) for _, event in happened)
    assert results(happened) == ["hello"]


def test_a_flood_of_results_is_stopped(make_pool, run):
    pool = make_pool(seconds_per_file=2.0, seconds_per_mebibyte=0.0)
    happened = run(pool, ["misbehave:endless parts", "read"])
    assert isinstance(ends(happened)["misbehave:endless parts"], Failed)
    assert ("read", Result("hello")) in happened


def test_a_flood_of_threads_ends_with_the_file(make_pool, run):
    pool = make_pool(seconds_without_progress=3.0)
    happened = run(pool, ["misbehave:threads", "read"])
    assert isinstance(ends(happened)["misbehave:threads"], Failed)
    assert results(happened) == ["hello"]


def test_others_go_on_while_one_hangs(make_pool, run):
    pool = make_pool(workers=2, seconds_without_progress=2.0)
    happened = run(pool, ["misbehave:hang", *["read"] * 50])
    ends = [event for _, event in happened if isinstance(event, Finished | Failed)]
    given_up = next(place for place, event in enumerate(ends) if isinstance(event, Failed))
    # All were done before the hanging one was given up, but for one that was waiting behind it.
    assert given_up >= 49
    assert len(ends) == 51
    assert results(happened) == ["hello"] * 50


def test_a_large_file_is_not_kept_waiting_behind_another(make_pool, run, monkeypatch):
    monkeypatch.setattr("clew.media.pool._SMALL", 4)
    pool = make_pool(workers=2, seconds_without_progress=2.0)
    happened = run(pool, ["misbehave:hang", *["read"] * 50])
    assert isinstance(happened[-1][1], Failed)
    assert results(happened) == ["hello"] * 50


def test_what_was_waiting_behind_a_crash_is_read_by_another(make_pool, run):
    pool = make_pool(workers=1)
    happened = run(pool, ["misbehave:crash", "read", "misbehave:exit", "read", "read"])
    assert results(happened) == ["hello"] * 3
    assert len(ends(happened)) == 3


def test_descriptors_and_processes_are_not_leaked(make_pool, run):
    before, others = open_descriptors(), set(children())
    pool = make_pool(workers=2)
    during = open_descriptors()
    happened = run(pool, ["read", "descriptors"] * 100)
    handed = {content for content in results(happened) if isinstance(content, int)}
    assert len(handed) <= 2, "a process keeps descriptors of files it is done with"
    run(pool, ["misbehave:exit", "read", "misbehave:crash", "read"])
    assert open_descriptors() == during
    pool.close()
    assert open_descriptors() == before
    assert set(children()) <= others


def test_a_file_may_be_given_up_by_who_asked(make_pool):
    """Leaving in the middle, as Ctrl-C does, ends the processes."""
    pool = make_pool()
    descriptor = os.open(os.devnull, os.O_RDONLY)
    for _, event in pool.run([Task(0, descriptor, "misbehave:never done", 1)]):
        assert isinstance(event, Reached)
        break
    pool.close()
    assert pool.close() is None


def test_no_process_outlives_a_parent_that_is_killed(make_pool):
    program = (
        "import os\n"
        "from clew.media.pool import ConfinedPool, Result, Task\n"
        "import msgspec\n"
        "pool = ConfinedPool('tasks:serve', 2, accept=lambda t, p: msgspec.msgpack.decode(p))\n"
        "files = [Task(i, os.open('/dev/null', 0), 'lose the parent', 1) for i in range(2)]\n"
        "for _, event in pool.run(files):\n"
        "    if isinstance(event, Result):\n"
        "        print(event.content, flush=True)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    with parent.stdout:
        orphans = [int(parent.stdout.readline()) for _ in range(2)]
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 5
    while any(alive(number) for number in orphans) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [number for number in orphans if alive(number)] == []


def alive(number):
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # dead, and left to whoever adopted it


def test_a_task_that_cannot_start_says_why(make_pool, monkeypatch):
    from clew.media.pool import ConfinedPool

    with pytest.raises(ConfinementError, match=r"No module named 'no_such_task'.*clew doctor"):
        ConfinedPool("no_such_task:serve", 1, accept=lambda task, part: None)


def nursery_of(pool):
    return pool._nursery._running._process.pid


def test_a_nursery_that_is_killed_is_replaced_with_its_processes(make_pool, run):
    pool = make_pool(workers=2)
    before = nursery_of(pool)
    own = Path(f"/proc/{before}/task/{before}/children").read_text().split()
    os.kill(before, signal.SIGKILL)
    while any(alive(int(number)) for number in own):
        time.sleep(0.01)
    happened = run(pool, ["read"] * 6)
    assert results(happened).count("hello") >= 4
    lost = {event for event in ends(happened).values() if isinstance(event, Failed)}
    assert lost <= {Failed("the decoding process was killed (out of memory?)", killed=True)}
    assert nursery_of(pool) != before
    assert results(run(pool, ["read"] * 6)) == ["hello"] * 6


def test_processes_are_forked_by_one_that_has_imported_everything(make_pool, run):
    pool = make_pool(workers=3)
    forked = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert str(nursery_of(pool)) in forked
    own = Path(f"/proc/{nursery_of(pool)}/task/{nursery_of(pool)}/children").read_text().split()
    assert len(own) == 3
    threads = list(Path(f"/proc/{nursery_of(pool)}/task").iterdir())
    assert len(threads) == 1, "forking with threads may copy a lock that nobody will free"
