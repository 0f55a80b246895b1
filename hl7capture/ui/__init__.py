"""The window: thin widgets over the controller; what can be decided without a window is decided elsewhere."""
