"""The size of letters, in percent of the system's, and of what has to grow with them."""

from PySide6.QtWidgets import QApplication

_STEPS = (70, 80, 90, 100, 110, 125, 150, 175, 200, 225, 250)

_percent = 100
_system_size = 0.0  # points; 0: not known yet


def apply(application: QApplication, percent: int) -> None:
    """Gives all widgets letters of this size."""
    global _percent, _system_size
    font = application.font()
    _system_size = _system_size or font.pointSizeF()
    _percent = percent
    font.setPointSizeF(_system_size * percent / 100)
    application.setFont(font)


def scaled(pixels: int) -> int:
    """A height or width that holds letters, as it has to be now."""
    return round(pixels * _percent / 100)


def larger(percent: int) -> int:
    """The next step, or the last."""
    return next((step for step in _STEPS if step > percent), _STEPS[-1])


def smaller(percent: int) -> int:
    """The step before, or the first."""
    return next((step for step in reversed(_STEPS) if step < percent), _STEPS[0])
