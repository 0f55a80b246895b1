"""The dashboard: how every link stands, and messages, latencies and findings over time."""
