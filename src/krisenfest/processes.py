"""One piece of work done by several processes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 8  # each process needs memory of its own; beyond this, writing is what takes the time


def available() -> int:
    """How many processes can work at once here; 1 where a process cannot be forked safely."""
    if sys.platform != "linux":
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


@contextmanager
def uncollected() -> Iterator[None]:
    """No looking for circles of references meanwhile: a large release would be walked through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def spread(work: Callable[[int], T], shares: int) -> list[T]:
    """Give `work(0)` to `work(shares - 1)`: the first in this process, the others in forked ones at the same time.

    An exception of a share is raised here, after all have ended.
    """
    if shares == 1:
        return [work(0)]
    from multiprocessing import get_context  # noqa: PLC0415  a small build does without its cost

    context = get_context("fork")
    gc.freeze()  # what is there stays shared
    started: list[tuple[Any, Any]] = []
    for share in range(1, shares):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_send, args=(work, share, sender), daemon=True)
        process.start()
        sender.close()
        started.append((process, receiver))
    gc.unfreeze()
    outcomes: list[T | Exception] = [_outcome(work, 0)]
    for process, receiver in started:
        try:
            outcomes.append(receiver.recv())
        except EOFError:
            process.join()
            outcomes.append(ChildProcessError(f"a process of this build ended with code {process.exitcode}"))
        process.join()
        receiver.close()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def _outcome(work: Callable[[int], T], share: int) -> T | Exception:
    try:
        return work(share)
    except Exception as error:
        return error


def _send(work: Callable[[int], Any], share: int, sender: Any) -> None:
    try:
        sender.send(_outcome(work, share))
    except KeyboardInterrupt:
        return  # the parent has been interrupted too and tells it
    sender.close()
