"""What flows: Avro schemas and the record classes equal to them."""
