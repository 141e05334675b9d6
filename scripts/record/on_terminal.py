"""Runs a command on a terminal of so many columns, and prints what it shows.

Ends with the command's exit status. Python, because neither Deno nor a shell makes a terminal.
Usage: python3 on_terminal.py COLUMNS COMMAND [ARG ...]
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

ROWS = 50
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "TZ": "UTC",
}


def run(columns, command):
    shown, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    child = subprocess.Popen(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        while chunk := os.read(shown, 65536):
            sys.stdout.buffer.write(chunk)
    except OSError:
        # EIO: nobody has the terminal open any more.
        pass
    return child.wait()


sys.exit(run(int(sys.argv[1]), sys.argv[2:]))
