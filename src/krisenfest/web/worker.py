"""The worker: does the tasks that wait in the database, and sweeps up what a killed one has left."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections
from django.utils.timezone import localdate
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from krisenfest import clock
from krisenfest.web.desk import files, publishing, seen
from krisenfest.web.events import conferences, post_office, sheets, sweeping
from krisenfest.web.participation import stages

logger = logging.getLogger("krisenfest.worker")
INTERVAL_S = {"default": 0.05, "later": 1.0}  # asking takes the database's lock: often only where somebody waits
PATIENCE_S = 60.0  # so long a PDF lets publications go first
SWEEP_S = 2.0
RENEW_S = 600.0
KEPT = timedelta(hours=1)
LEASE = timedelta(minutes=15)  # no task takes so long


def requeue(at: datetime) -> int:
    """Let tasks begin anew whose worker was killed: they are still said to run after `LEASE`; gives how many.

    Every task may be done twice (ADR 8).
    """
    lost = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=at - LEASE)
    return lost.update(status=TaskResultStatus.READY, started_at=None)


class QuietWorker(Worker):
    """Waits on an event instead of signals, so that it runs in a thread of the server too."""

    def __init__(self, name: str, queue: str) -> None:
        super().__init__(
            queue_names=[queue],
            interval=INTERVAL_S[queue],
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )

    def configure_signals(self) -> None:
        """Leave the signals to whoever runs it."""

    def stop(self) -> None:
        """End after the task that is being done."""
        self.running = False


class PatientWorker(QuietWorker):
    """Begins nothing while something waits to be published: a PDF takes as much of the processor as ten pages."""

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        """Do a task when its time has come."""
        end = clock.stopwatch_s() + PATIENCE_S
        while self.running and clock.stopwatch_s() < end and publishing.anything_waits():
            time.sleep(0.1)
        super().run_task(db_task_result)


class Workshop:
    """A worker, its sweeper and its post office as threads; `stop` waits until what is being done is done."""

    def __init__(self, name: str) -> None:
        # What takes its time has a worker of its own: no warning waits for a PDF.
        self.workers = [QuietWorker(f"{name}-default", "default"), PatientWorker(f"{name}-later", "later")]
        self.stopping = threading.Event()
        self.threads = [
            *(threading.Thread(target=self._work, args=(each,), name=each.worker_id) for each in self.workers),
            threading.Thread(target=self._sweep, name="sweeper", daemon=True),
            threading.Thread(target=self._publish, name="publisher"),
            *post_office.threads(self.stopping),
        ]

    def start(self) -> None:
        """Begin to work."""
        for each in self.threads:
            each.start()

    def stop(self) -> None:
        """End, with nothing half done."""
        self.stopping.set()
        for worker in self.workers:
            worker.stop()
        for each in self.threads:
            each.join()

    def _work(self, worker: QuietWorker) -> None:
        while not self.stopping.is_set():
            try:
                worker.run()
            except Exception:
                logger.exception("the worker begins anew")
                self.stopping.wait(1)

    def _publish(self) -> None:
        """Publish at once what this process has approved; a task in the database stands for it if this one dies."""
        while not self.stopping.is_set():
            if publishing.something_waits.wait(0.5):
                publishing.something_waits.clear()
                try:
                    publishing.sweep()
                except Exception:
                    logger.exception("left to the worker")
                close_old_connections()

    def _sweep(self) -> None:
        renewed = clock.stopwatch_s() - RENEW_S  # the first time at once: the server may have been down for long
        while not self.stopping.wait(SWEEP_S):
            close_old_connections()
            steps = list(OFTEN)
            if clock.stopwatch_s() - renewed >= RENEW_S:
                renewed = clock.stopwatch_s()
                steps += SELDOM
            for step in steps:
                try:
                    step(clock.now())
                except Exception:  # one fault must not keep the others waiting
                    logger.exception("a step of the sweep failed")
        close_old_connections()


def forget_tasks(at: datetime) -> None:
    """Delete what is told of tasks that were done long ago."""
    DBTaskResult.objects.filter(finished_at__lt=at - KEPT).delete()


# what time does, each step on its own: every SWEEP_S, and every RENEW_S
OFTEN: tuple[Callable[[datetime], object], ...] = (
    lambda _: publishing.sweep(),
    lambda _: seen.look_again(),
    requeue,
    sweeping.sweep,
    conferences.sweep,
)
SELDOM: tuple[Callable[[datetime], object], ...] = (
    lambda _: publishing.renew(),
    lambda _: sheets.renew(),
    lambda at: stages.sweep(localdate(at)),
    lambda _: files.tidy(),
    forget_tasks,
)
