"""Attacks on the simulated organization, in the providers' own record formats, with the truth of each event."""
