"""The parts that Azure's sources share: claims, calls, names, spellings."""
