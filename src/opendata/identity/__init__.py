"""Which rows are one place, what that place says, and the id it keeps for ever."""
