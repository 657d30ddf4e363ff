"""The parts that Entra's sources share: records, tokens, outcomes."""
