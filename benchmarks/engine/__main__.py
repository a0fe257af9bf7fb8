"""`python -m benchmarks.engine [--quick]`."""

from benchmarks.engine.report import main

main()
