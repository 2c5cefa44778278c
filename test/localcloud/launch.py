"""Runs ministack, and stops it when whoever started it is gone.

Usage: launch.py [--with-parent]

With --with-parent, standard input is a pipe whose other end the starter holds.
The operating system closes that end however the starter dies, a kill included,
so that no local cloud outlives the test that started it.
"""

import os
import signal
import sys
import threading


def stop_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if "--with-parent" in sys.argv:
        threading.Thread(target=stop_with_parent, daemon=True).start()
    sys.argv = ["ministack"]

    from ministack.app import main

    main()
