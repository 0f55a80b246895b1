"""The window in the scenes that matter, as pictures to look at: `python -m tests.scenes FOLDER`.

The window is the real one, with real sessions, real traffic on the loopback interface of a network namespace of its
own, and a disk that is really full; only the patients are invented. Needs a display (xvfb-run -s "-screen 0
2600x1700x24") and, for traffic and disk, Linux and root.
"""
