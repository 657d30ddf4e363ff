"""What flows on Flink, with its types: bytes with a codec of ours."""

from pyflink.common import Types
from pyflink.datastream import OutputTag

BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())
"""A message as Kafka has it."""

STATE = Types.PICKLED_BYTE_ARRAY()
"""What is kept at a key: bytes objects, which pickle wraps. In thread mode PyFlink 2.3 reads a state of plain bytes as
a tuple of numbers, and fails where there is none (pyflink/fn_execution/embedded/converters.py)."""

KEYED = Types.TUPLE([Types.STRING(), BYTES])
"""A key, and a batch of items (analytic/items.py)."""

ROW = Types.ROW([BYTES, BYTES])
"""What goes out: the record's key, and its line of JSON."""

LINKS = OutputTag("links", KEYED)
"""The few issuing events, which are resolved first."""

DEAD_LETTERS = OutputTag("dead_letters", ROW)
