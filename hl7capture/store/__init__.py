"""Sessions on disk: the document, the files, the settings file, and the store that writes without anybody waiting."""
