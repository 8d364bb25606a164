"""The log nobody can alter: who did what, under which authority, and who saw it.

Entries only grow, are chained by SHA-256 and witnessed by signed checkpoints
(docs/decisions/0008). ``encoding``, ``signing`` and ``verify`` know neither database nor Django:
an exported log is checked without either.
"""
