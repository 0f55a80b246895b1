"""Two messages side by side, field by field.

`comparing.py` is where to begin: how one gets there; `window.py` is what one sees, `side.py` the choice of a message on
either side, `table.py` the rows, `work.py` what is worked out off the GUI's thread.
"""
