"""What a house says when it refuses: where, what was found, what was expected, what to do next."""


class HouseError(RuntimeError):
    """Told to people as it is, without a traceback."""


class UsageError(HouseError):
    """The command was asked for something that is not there."""


class HouseHeldError(HouseError):
    """Another night holds the house."""


class StageError(RuntimeError):
    """A stage of the night failed for a reason nobody foresaw; the cause is chained."""
