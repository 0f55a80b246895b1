"""The pages of the settings, one file each."""
