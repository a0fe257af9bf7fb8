"""Structured logs on standard error: one JSON object a line.

A traceback is written without the values of variables, because those can hold tokens.
"""

import sys
from functools import cache
from typing import Any


@cache
def _logger() -> Any:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return structlog.get_logger()


def warning(event: str, **values: Any) -> None:
    """Write what an administrator may want to look at."""
    _logger().warning(event, **values)


def exception(event: str, **values: Any) -> None:
    """Write an error with the traceback of the exception that is being handled."""
    _logger().exception(event, **values)
