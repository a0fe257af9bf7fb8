"""Custom user fields: what a custom attribute is called on pages, and under which key it is known everywhere else."""
