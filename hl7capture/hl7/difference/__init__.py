"""What differs between two messages, place by place.

`comparison.py` is where to begin; `alignment.py` says which segment belongs to which, `ignored.py` what is left out.
"""
