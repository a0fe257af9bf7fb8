"""Whether this is still the installation that it was: a restored backup, or a copy, sends nothing before somebody has looked.

`places` and `witness` say what is found, `judge` decides, `guard` does it when a worker starts, `look` asks the target, and
`actions` are what an administrator may do; `backup` and `restore` make and take back a copy.
"""
