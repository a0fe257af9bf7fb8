"""OneLogin's REST API in front of this identity provider: its paths, parameters, JSON and errors, so that its clients work.

`routes` says what there is and which scope it needs; `application` answers a request; `credentials` are the programs that
may ask.  Each resource has a package: how it is written (`wire`), how lists are cut (`store`), what is done (`handlers`).
"""
