"""The engine: desired → plan → safety → approval → apply.

Deciding is pure (`desired`, `plan`, `safety`); `planner` reads the database for it and stores what it decides; `apply` sends it;
`engine` says when, and makes sure that one run works on an app at a time.
"""
