"""What flows on Flink, with its types: nothing is pickled, in flight or in state."""

from pyflink.common import Types
from pyflink.datastream import OutputTag

BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())
"""A message as Kafka has it; a key's state."""

KEYED = Types.TUPLE([Types.STRING(), BYTES])
"""A key, and a batch of items (analytic/items.py)."""

ROW = Types.ROW([BYTES, BYTES])
"""What goes out: the record's key, and its line of JSON."""

LINKS = OutputTag("links", KEYED)
"""The few issuing events, which are resolved first."""

DEAD_LETTERS = OutputTag("dead_letters", ROW)
