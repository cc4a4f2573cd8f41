"""Stand-ins for workers, which only note what they are asked for."""

import subprocess

from core.features.workers.messages import Opened, Unit
from core.features.workers.pool import WorkersUnavailable
from core.features.workers.worker import Order


class Process:
    def __init__(self, number):
        self.pid, self.code, self.waited, self.killed, self.hangs = number, None, [], False, False

    def poll(self):
        return self.code

    def wait(self, timeout=None):
        self.waited.append(timeout)
        if self.hangs:
            raise subprocess.TimeoutExpired("worker", timeout)

    def kill(self):
        self.killed = True


class Fake:
    """As `Worker`, without a process."""

    made: list["Fake"]

    def __init__(self):
        self.orders, self.ready, self.asked, self.left, self.known, self.answers = {}, False, [], 0, set(), None
        self.process = Process(len(Fake.made) + 1)
        Fake.made.append(self)

    def ask(self, order, opened):
        self.orders[order.unit.unit] = order
        self.known.add(opened.key)
        self.asked.append((order.unit.unit, opened.key))

    def close_views(self, key):
        return key in self.known

    def leave(self):
        self.left += 1


def opened(key):
    return Opened(key, "{}", None, 0, None, None, None)


class Orders:
    """Orders of a pool, and what became of each, by its number."""

    def __init__(self, pool):
        self.pool, self.told = pool, {}
        self.key = pool.open(opened)

    def __call__(self, number, key=None, images=3):
        unit = Unit(self.key if key is None else key, number, 0, None, tuple(range(images)))
        order = Order(unit, lambda made: self.told.setdefault(number, []).append(made))
        self.pool.order(order)
        return order

    @property
    def unavailable(self):
        return sorted(number for number, (made,) in self.told.items() if isinstance(made.error, WorkersUnavailable))


def ready(pool, *workers):
    for one in workers:
        pool._is_ready(one)
