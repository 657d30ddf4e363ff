"""`tokentrail drill`: whether each scripted action leads to its person and its documented automation."""
