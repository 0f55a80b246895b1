"""Statistics of what is captured now, and of what is on disk: what the dashboard shows."""
