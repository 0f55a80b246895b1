"""What is wrong with a filter, and where."""


class FilterError(ValueError):
    """A text that is no filter. column: from 1; length: of what is wrong there, 0 where something is missing."""

    def __init__(self, problem: str, column: int, length: int = 0) -> None:
        super().__init__(f"at column {column}: {problem}")
        self.problem = problem
        self.column = column
        self.length = length
