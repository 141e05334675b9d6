"""Times commands in turn, so that a machine whose speed drifts treats them alike.

Each round begins with another command, because a command feels what the one before it left behind:
a server that cleans up, a disk that still writes. Python, because neither Deno nor a shell tells
CPU and peak memory of one child.

Usage: measure.py ORDER; ORDER is JSON: {"runs", "aside", "commands": [{"args", "clears", "fills"}]}.
"clears" is a directory that is empty before each run, or null. What it had is moved into the
directory "aside", because ext4 creates files slowly after many were removed. "fills" is [DIRECTORY,
NUMBER]: the files that must be there after each run. Prints a list for each command, with
[wall ms, CPU ms, peak KiB] of each run. A run that fails ends all.
"""

import json
import os
import sys
import tempfile
import time


def run(command, aside):
    if command["clears"]:
        os.makedirs(command["clears"], exist_ok=True)
        os.rename(command["clears"], tempfile.mkdtemp(dir=aside) + "/cleared")
        os.makedirs(command["clears"])
        os.sync()
    silence = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    start = time.perf_counter()
    child = os.posix_spawn(command["args"][0], command["args"], os.environ, file_actions=silence)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"error: {command['args'][0]} ended with {os.waitstatus_to_exitcode(status)}")
    if command["fills"]:
        directory, files = command["fills"]
        found = len(os.listdir(directory))
        if found != files:
            sys.exit(f"error: {command['args'][0]} left {found} of {files} files in {directory}")
    cpu = usage.ru_utime + usage.ru_stime
    return [wall * 1000, cpu * 1000, usage.ru_maxrss]


order = json.loads(sys.argv[1])
commands = order["commands"]
results = [[] for _ in commands]
for turn in range(order["runs"] + 1):
    for offset in range(len(commands)):
        at = (turn + offset) % len(commands)
        result = run(commands[at], order["aside"])
        # The first round warms the page cache and does not count.
        if turn > 0:
            results[at].append(result)
print(json.dumps(results))
