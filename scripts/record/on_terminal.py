"""Runs a command on a terminal of its own, with a directory as its root, and prints what it shows.

The command finds what lies in the directory, and of the host its programs, libraries, devices and
processes. Ends with the command's exit status. Python, because neither Deno nor a shell makes a
terminal. Needs root, and a mount namespace of its own.
Usage: unshare --mount --propagation private python3 on_terminal.py FOLDER COLUMNS COMMAND [ARG ...]
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

# Where /usr is merged, bin, sbin and lib are links into it.
PROGRAMS = ["usr", "bin", "sbin", "lib", "lib32", "lib64"]
SYSTEM = ["proc", "dev"]
ROWS = 50
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "TZ": "UTC",
}


def borrow(name, directory):
    source, target = f"/{name}", f"{directory}/{name}"
    if os.path.islink(source):
        if not os.path.lexists(target):
            os.symlink(os.readlink(source), target)
    elif os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
        subprocess.run(["mount", "--rbind", source, target], check=True)
        # What is recorded must not change the host.
        if name in PROGRAMS:
            subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)


def enter(directory):
    os.chroot(directory)
    os.chdir("/")


def run(directory, columns, command):
    shown, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    child = subprocess.Popen(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=ENVIRONMENT,
        start_new_session=True,
        preexec_fn=lambda: enter(directory),
    )
    os.close(terminal)
    try:
        while chunk := os.read(shown, 65536):
            sys.stdout.buffer.write(chunk)
    except OSError:
        # EIO: nobody has the terminal open any more.
        pass
    return child.wait()


directory, columns, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
for name in PROGRAMS + SYSTEM:
    borrow(name, directory)
sys.exit(run(directory, columns, command))
