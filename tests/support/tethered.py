"""`python -m tests.support.tethered PROGRAM …` runs a program that ends when our standard input does."""

import subprocess
import sys
import threading

_STOP_SECONDS = 10


def main() -> int:
    """Run it, and return its exit code."""
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)

    def end() -> None:
        sys.stdin.buffer.read()
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    threading.Thread(target=end, daemon=True).start()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
