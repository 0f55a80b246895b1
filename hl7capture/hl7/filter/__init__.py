"""The filter language: the same words find sessions in the window, in commands and in an archive.

`parser.parse` makes a tree (`tree.py`) of a text, `evaluation.SessionFilter` asks it of sessions or their summaries,
`completion.suggestions` says what could be typed next. docs/filter.md explains it to people.
"""
