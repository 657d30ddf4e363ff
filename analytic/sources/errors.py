"""What every source raises when a record cannot be read."""


class ParseError(ValueError):
    """A record is not what its source writes. The message is one line and says which field, or what is lacking."""
