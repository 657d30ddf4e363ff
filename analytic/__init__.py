"""The analytic: pure Python, no engine, no clock, no I/O."""
