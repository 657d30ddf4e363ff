"""The report's drawings: pure functions from values to SVG. Colours are classes, so that the style sheet decides."""
