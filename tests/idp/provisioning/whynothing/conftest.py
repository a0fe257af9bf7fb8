"""An identity provider with an app and its target in memory."""

from tests.idp.console.conftest import _cheap, each_world, signing_key, world

__all__ = ["_cheap", "each_world", "signing_key", "world"]
