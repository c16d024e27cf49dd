"""Batches in parallel: the same results in the same order, with any number of threads."""

import os
import threading
import time

import pytest

torch = pytest.importorskip("torch")

from turncheck.model.parallel import MOST_THREADS, Workers, usable_cores  # noqa: E402


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_the_order_of_the_items_and_each_thread_has_its_room(threads):
    rooms = []
    workers = Workers(threads, lambda: rooms.append(None) or [])

    def work(room, item):
        room.append(item)
        time.sleep(0.01 * (item % 2))
        return item * item

    assert workers.map(work, range(8)) == [item * item for item in range(8)]
    assert 1 <= len(rooms) <= threads
    workers.close()


def test_what_the_work_raises_is_raised_and_the_workers_go_on():
    workers = Workers(2, list)

    def work(room, item):
        if item == 1:
            raise ValueError("item 1")
        return item

    with pytest.raises(ValueError, match="item 1"):
        workers.map(work, range(4))
    assert workers.map(work, [2, 3]) == [2, 3]
    workers.close()


def test_no_thread_computes_gradients_or_shares_its_arithmetic():
    workers = Workers(2, list)
    seen = workers.map(lambda room, item: (torch.is_inference_mode_enabled(), torch.get_num_threads()), range(4))
    assert set(seen) == {(True, 1)}
    workers.close()


def test_one_item_is_worked_on_by_whoever_asks():
    workers = Workers(2, list)
    assert workers.map(lambda room, item: threading.current_thread(), [1]) == [threading.current_thread()]


def test_there_is_a_core_and_no_more_are_used_than_help(monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    assert 1 <= usable_cores() <= MOST_THREADS


@pytest.mark.parametrize(("workers", "cores"), [("1", 4), ("2", 3), ("4", 1), ("9", 1), ("0", 4), ("", 4), ("many", 4)])
def test_the_workers_of_a_test_session_share_the_cores(workers, cores, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", workers)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(6)), raising=False)
    assert usable_cores() == cores
