"""One capture thread, the store and the settings: the same for the window and the command line."""
