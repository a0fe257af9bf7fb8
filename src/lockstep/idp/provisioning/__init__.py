"""The engine: desired → plan → safety → approval → apply.

Deciding is pure (`desired`, `plan`, `plan_groups`, `safety`, `approval`); `planner` reads the database for it and stores what
they decide; `apply` sends it; `run` is one run from begin to end, which `durable` carries over crashes; `engine` says when, and
makes sure that one run works on an app at a time.
"""
