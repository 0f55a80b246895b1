"""What many sessions are together: messages, latencies and findings over time, and how each link stands.

`series.py` counts in bins of time, `latency.py` keeps latencies so that percentiles of sums can be told, `following.py`
takes open sessions as they grow, `links.py` knows the state of every link. Nothing here has a clock.
"""
