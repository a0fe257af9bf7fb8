"""`python -m benchmarks.scim [--quick]`."""

from benchmarks.scim.report import main

main()
