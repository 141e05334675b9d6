"""Times commands in turn, A B A B ..., so that a machine whose speed drifts treats them alike.

Prints, for each command, each run's wall time (ms), peak memory (KiB) and exit status. Python,
because neither Deno nor a shell tells the peak memory of one child.
Usage: measure.py RUNS CLEANUP COMMAND [ARG ...] [-- COMMAND [ARG ...]]; CLEANUP is a directory that is
emptied before each run, or "-".
"""

import itertools
import json
import os
import shutil
import sys
import time


def run(command, cleanup):
    if cleanup != "-":
        shutil.rmtree(cleanup, ignore_errors=True)
        os.makedirs(cleanup)
    silence = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=silence)
    _, status, usage = os.wait4(child, 0)
    wall = (time.perf_counter() - start) * 1000
    return [wall, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]


runs, cleanup, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
groups = itertools.groupby(words, lambda word: word == "--")
commands = [list(group) for is_separator, group in groups if not is_separator]
rounds = [[run(command, cleanup) for command in commands] for _ in range(runs + 1)]
# The first round warms the page cache and does not count.
print(json.dumps(list(zip(*rounds[1:]))))
