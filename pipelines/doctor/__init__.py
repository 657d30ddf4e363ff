"""`tokentrail doctor`: whether this installation, and what a run needs, is as it must be."""
