"""The archive in the window: sessions of all probes, looked at as those of this machine are."""
