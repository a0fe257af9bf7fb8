"""Apps: `/api/2/apps`, their rules, and `/api/2/connectors`."""
