"""`lockstep demo`: both services on this machine, and the guide's steps through their real interfaces."""

from lockstep.cli.demo.command import demo

__all__ = ["demo"]
