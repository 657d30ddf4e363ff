"""Which flow: the pipelines and the command line."""
