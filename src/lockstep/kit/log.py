"""Structured logs on standard error: one JSON object a line.

A traceback is written without the values of variables, because those can hold tokens.
"""

import sys

import structlog


def configure() -> None:
    """Set the logs up; once at the start of a process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
