"""The report: what a scan found as one HTML file that needs nothing else."""
