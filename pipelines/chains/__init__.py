"""Chain files: read, checked, documented, and their examples run."""
