"""A line that shows how far something is; the words stand beside it."""

from PySide6.QtWidgets import QProgressBar

_HEIGHT = 6  # pixels


class ThinBar(QProgressBar):
    """name: what it says the progress of, for those who cannot see what stands beside it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTextVisible(False)
        self.setMaximumHeight(_HEIGHT)
