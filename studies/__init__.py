"""Code that several scripts share: fits, variants of networks, rows of published tables.

An editable install finds this package; the wheel does not ship it. A script in ``scripts/`` is a command
(``python scripts/NAME.py``) and is never imported.
"""
