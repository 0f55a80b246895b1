"""Life on the desktop: tray, notifications, start at login, one window for each folder of sessions."""
